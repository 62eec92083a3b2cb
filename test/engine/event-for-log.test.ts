import { expect, test } from 'vitest';
import { eventForLog } from '../../src/engine/event-for-log.ts';

test('a line says why a playbook failed, in its own words', () => {
  const event = {
    type: 'playbook.failed',
    operation: 'init-2',
    reason: 'spawn',
    message: 'no token',
    facts: {},
  };
  expect(eventForLog(event)).toEqual({
    event: 'playbook.failed',
    operation: 'init-2',
    reason: 'spawn',
    message: 'no token',
  });
});

test('a timer goes by its own name, and nothing is said where there is nothing to say', () => {
  const type = 'xstate.after.retryDelay.lifecycle.inService.repairing.waiting';
  expect(eventForLog({ type })).toEqual({ event: 'after retryDelay' });
  expect(eventForLog({ type: 'playbook.failed', message: '', reason: null } as { type: string })).toEqual({
    event: 'playbook.failed',
  });
});
