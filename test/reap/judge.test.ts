import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import type { Ec2Answer } from '../../src/reap/ask-ec2.ts';
import { instanceOfRunner, looksLikeOurs, systemIdOf } from '../../src/reap/identity.ts';
import { judgeInstance } from '../../src/reap/judge.ts';
import type { KnownInstance } from '../../src/reap/list-instances.ts';

const id = 'i-0123456789abcdef0';
const HOUR = 3_600_000;
const now = 1_800_000_000_000;
const known = (more: Partial<KnownInstance> = {}): KnownInstance => ({
  id,
  groupName: 'runners',
  lifecycleState: null,
  firstSeen: now - 2 * HOUR,
  terminatedAt: null,
  ...more,
});
const state = (name: string): Ec2Answer => ({ kind: 'state', state: name });
const judged = (answer: Ec2Answer | undefined, one: KnownInstance | undefined = known()) =>
  judgeInstance(id, one, answer, now).is;

describe('an instance is gone', () => {
  test('when EC2 says terminated, whatever else is known', () => {
    expect(judged(state('terminated'), undefined)).toBe('gone');
    expect(judged(state('terminated'), known({ firstSeen: now, lifecycleState: 'InService' }))).toBe('gone');
  });

  test('when EC2 does not know it, and its group launched it over an hour ago', () => {
    const notFound = { kind: 'notFound' } as const;
    expect(judged(notFound)).toBe('gone');
    for (const lifecycleState of [
      'Terminating',
      'Terminating:Wait',
      'Terminating:Retained',
      'Pending:Wait',
    ]) {
      expect(judged(notFound, known({ lifecycleState }))).toBe('gone');
    }
    expect(judged(notFound, known({ firstSeen: now - HOUR + 1 }))).toBe('unknown');
    expect(judged(notFound, known({ firstSeen: null }))).toBe('unknown');
    for (const lifecycleState of ['Pending', 'InService', 'Standby', 'Warmed:Stopped']) {
      expect(judged(notFound, known({ lifecycleState }))).toBe('unknown');
    }
    expect(judgeInstance(id, undefined, notFound, now).is).toBe('unknown');
  });

  test.each(['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'something new'])(
    'but not while EC2 says %s',
    (name) => {
      expect(judged(state(name))).toBe('lives');
    },
  );

  test('and is not judged without an answer', () => {
    expect(judged(undefined)).toBe('undecided');
    expect(judged({ kind: 'none', message: 'throttled' })).toBe('undecided');
  });
});

describe('the names that init gives', () => {
  test('are derived as the playbook derives them', async () => {
    const path = join(packageRoot(), 'playbooks', 'module_utils');
    const program =
      'import sys; sys.path.insert(0, sys.argv[1]); import runner_identity as r; print(r.system_id(sys.argv[2])); print(r.description("big", sys.argv[2]))';
    const { stdout } = await execa('python3', ['-c', program, path, id]);
    const [systemId = '', description = ''] = stdout.split('\n');
    expect(systemId).toBe(systemIdOf(id));
    expect(instanceOfRunner('big', description)).toBe(id);
  });

  test('lead to the instance only when they are exact', () => {
    expect(instanceOfRunner(undefined, id)).toBe(id);
    expect(instanceOfRunner(`ci-${id}`, `ci-${id}`)).toBe(id);
    expect(instanceOfRunner('big', id)).toBeNull();
    expect(instanceOfRunner(undefined, `${id}0`)).toBeNull();
    expect(instanceOfRunner(undefined, `big (${id})`)).toBeNull();
    expect(instanceOfRunner('big', `big (${id}) (old)`)).toBeNull();
    expect(instanceOfRunner('big', 'big')).toBeNull();
  });

  test('are told from those of a plain GitLab Runner', () => {
    expect(looksLikeOurs(systemIdOf(id))).toBe(true);
    expect(looksLikeOurs('s_0123456789ab')).toBe(false);
    expect(looksLikeOurs('r_Zk3bT9xQwA1c')).toBe(false);
  });
});
