import { expect, test } from 'vitest';
import { judgeMemory, residentMb } from '../../soak/memory.ts';

const steady = Array.from({ length: 20 }, (_, index) => (index < 4 ? 90 - index * 5 : 70 + (index % 2)));

test('agents that start high and stay level have not grown', () => {
  expect(judgeMemory([steady])).toEqual({ agents: 1, mostMb: 90, growthMb: 0 });
});

test('the one that grew most counts; those that lived too short are not judged', () => {
  const growing = Array.from({ length: 20 }, (_, index) => 60 + index);
  expect(judgeMemory([steady, growing, [300, 10]])).toEqual({ agents: 2, mostMb: 300, growthMb: 12 });
  expect(judgeMemory([])).toEqual({ agents: 0, mostMb: 0, growthMb: 0 });
});

test('a process that is gone has no memory', () => {
  expect(residentMb(process.pid)).toBeGreaterThan(1);
  expect(residentMb(2 ** 22 + 1)).toBeNull();
});
