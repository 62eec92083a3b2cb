import { describe, expect, test } from 'vitest';
import { Feed } from '../../src/status/feed.ts';
import type { Told } from '../../src/status/messages.ts';

const told = (text: string): Told => ({ type: 'told', at: 0, text, heading: false });
const textsFrom = (feed: Feed, position: number | null): string[] => {
  if (position === null) return ['begin anew'];
  return Array.from(
    { length: feed.end - position },
    (_, index) => feed.textAt(position + index) ?? 'dropped',
  ).map((text) => /"text":"([^"]*)"/.exec(text)?.[1] ?? text);
};

describe('a reader that comes back', () => {
  test('goes on behind the last message that it saw', () => {
    const feed = new Feed('i-1');
    feed.append(told('a'), 1);
    feed.append(told('b'));
    const seen = feed.lastId;
    feed.append(told('c'), 2);
    feed.append(told('d'));
    expect(seen).toBe('i-1.1.1');
    expect(textsFrom(feed, feed.positionAfter(seen))).toEqual(['c', 'd']);
    expect(textsFrom(feed, feed.positionAfter(feed.lastId))).toEqual([]);
  });

  test('finds its place in another process, which has only the journal’s own messages', () => {
    const feed = new Feed('i-1');
    feed.append(told('step 7'), 7);
    feed.append(told('step 8'), 8);
    expect(textsFrom(feed, feed.positionAfter('i-1.7.12'))).toEqual(['step 8']);
  });

  test('begins anew where something may be missing: too old, of another instance, or ahead of the journal', () => {
    const feed = new Feed('i-1');
    feed.append(told('step 7'), 7);
    expect(feed.positionAfter('i-1.3.0')).toBeNull();
    expect(feed.positionAfter('i-2.7.0')).toBeNull();
    expect(feed.positionAfter('i-1.9.0')).toBeNull();
    expect(feed.positionAfter('nonsense')).toBeNull();
    expect(textsFrom(feed, feed.positionAfter('i-1.6.0'))).toEqual(['step 7']);
  });

  test('that is behind by more than is kept gets none of it', () => {
    const feed = new Feed('e');
    feed.append(told('first'));
    const position = feed.end - 1;
    for (let count = 0; count < 10_000; count += 1) feed.append(told('more'));
    expect(feed.textAt(position)).toBeNull();
    expect(feed.positionAfter('e.0.1')).toBeNull();
  });
});

test('what leaves has its secrets taken out', () => {
  const feed = new Feed('e', (text) => text.replaceAll('hush', '[redacted]'));
  feed.append(told('say hush'));
  expect(feed.textAt(0)).toContain('say [redacted]');
});
