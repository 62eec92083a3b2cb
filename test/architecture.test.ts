import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const src = join(root, 'src');

const filesUnder = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(directory, name));

const files = filesUnder(src).map((path) => {
  const text = readFileSync(path, 'utf8');
  const specifiers = [...text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return {
    path: relative(src, path),
    text,
    ours: specifiers
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => relative(src, resolve(dirname(path), specifier))),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:')),
    builtins: specifiers.filter((specifier) => specifier.startsWith('node:')),
  };
});

const within = (path: string, ...layers: string[]): boolean =>
  layers.some((layer) => path === layer || path.startsWith(layer));

/** Every import from files of `from` to files of `to`, as `a → b`. */
const crossings = (from: string[], to: (path: string) => boolean): string[] =>
  files
    .filter((file) => within(file.path, ...from))
    .flatMap((file) => file.ours.filter(to).map((target) => `${file.path} → ${target}`));

/** The vocabulary of the chart: types that sources and effects speak. */
const vocabulary = (path: string): boolean =>
  within(path, 'lifecycle/events.ts', 'lifecycle/commands.ts', 'lifecycle/policy.ts');

/** Longer than the rest for a reason that is said here. */
const mayBeLong: Record<string, string> = {
  'lifecycle/setup.ts':
    'the vocabulary of the chart: XState types guards and actions only in one setup() call',
  'sandbox/autoscaling/group.ts':
    'one group is one state: launch, scale-in, hooks and replacement change the same instances',
};

describe('the direction of imports (design.md: sources → lifecycle ← effects)', () => {
  test('the lifecycle imports nothing of ours but itself, and no I/O', () => {
    expect(crossings(['lifecycle/'], (path) => !within(path, 'lifecycle/'))).toEqual([]);
    expect(
      files.filter((file) => within(file.path, 'lifecycle/') && file.builtins.length > 0).map((f) => f.path),
    ).toEqual([]);
  });

  test('sources import neither the engine, nor the effects, nor the playbooks', () => {
    expect(
      crossings(['sources/'], (path) => within(path, 'engine/', 'effects/', 'playbooks/', 'cli/')),
    ).toEqual([]);
  });

  test('effects import neither the engine nor the sources', () => {
    expect(crossings(['effects/'], (path) => within(path, 'engine/', 'sources/', 'cli/'))).toEqual([]);
  });

  test('sources and effects know the words of the lifecycle, not its decisions', () => {
    expect(
      crossings(['sources/', 'effects/'], (path) => within(path, 'lifecycle/') && !vocabulary(path)),
    ).toEqual([]);
  });

  test('only the engine, the services and the command line import both sources and effects', () => {
    const both = files
      .filter(
        ({ ours }) =>
          ours.some((path) => within(path, 'sources/')) && ours.some((path) => within(path, 'effects/')),
      )
      .map((file) => file.path);
    expect(both.filter((path) => !within(path, 'engine/', 'cli/', 'services/'))).toEqual([]);
  });

  test('what runs on an instance never imports the sandbox', () => {
    const onInstance = [
      'lifecycle/',
      'engine/',
      'services/',
      'sources/',
      'effects/',
      'playbooks/',
      'runner/',
      'aws/',
      'reap/',
    ];
    expect(crossings(onInstance, (path) => within(path, 'sandbox/', 'demo/'))).toEqual([]);
  });

  test('only lifecycle, engine and chart import xstate', () => {
    const users = files.filter((file) => file.packages.some((name) => /^xstate(\/|$)/.test(name)));
    expect(
      users.map((f) => f.path).filter((path) => !within(path, 'lifecycle/', 'engine/', 'chart/')),
    ).toEqual([]);
  });

  test('only main.ts, and programs of the sandbox, exit the process', () => {
    const exits = files.filter((file) => /process\.exit\(/.test(file.text)).map((file) => file.path);
    expect(exits.filter((path) => !within(path, 'cli/main.ts', 'sandbox/runner/'))).toEqual([]);
  });
});

describe('the shape of the source', () => {
  test('no file is longer than 250 lines, unless it is listed with its reason', () => {
    const long = [...files.map((file) => file.path)].filter((path) => {
      const text = readFileSync(join(src, path), 'utf8');
      return text.split('\n').length - 1 > 250 && !(path in mayBeLong);
    });
    expect(long).toEqual([]);
  });

  test('no exported type says any', () => {
    const saysAny = files.filter((file) =>
      file.text
        .split('\n')
        .some((line) =>
          /(:|<|\bas|\||&|=)\s*any\b(?!\s*[a-z])/.test(line.replace(/\/\/.*|\/?\*.*|'[^']*'/g, '')),
        ),
    );
    expect(saysAny.map((file) => file.path)).toEqual([]);
  });

  test('no file is named after nothing in particular', () => {
    const vague = files.filter((file) => /(^|\/)(utils?|helpers?|common|manager|misc)\.ts$/.test(file.path));
    expect(vague.map((file) => file.path)).toEqual([]);
  });

  test('nothing is left to do', () => {
    const marker = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`);
    expect(files.filter((file) => marker.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});
