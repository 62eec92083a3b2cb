import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { scenario } from '../scenarios/world.ts';
import { findNode, newerNodes } from './real-parts/node.ts';
import { agrees } from './table.ts';

/** Drover is made and tested on the oldest Node that it runs on; on the next ones it does and says the same. */

const drover = join(packageRoot(), 'bin', 'drover.js');
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-node-'));
  writeFileSync(join(dir, 'config.yml'), 'gitlab: {ulr: http://gitlab.example}\n');
});
afterAll(() => rmSync(dir, { recursive: true }));

/** What one call ends with and says; a warning of Node's own would be on stderr. */
async function call(node: string, ...args: string[]) {
  const options = { reject: false, env: { DROVER_CONFIG: join(dir, 'config.yml') } } as const;
  const { exitCode, stdout, stderr } = await execa(node, [drover, ...args], options);
  return { exitCode, stdout, stderr };
}

const found = await Promise.all(newerNodes.map(async (part) => ({ part, node: await findNode(part) })));

for (const { part, node } of found) {
  describe.skipIf(node === null)(`on ${part.name}`, () => {
    const newer = node ?? '';

    it.concurrent('its version, what is wrong with a configuration, and both charts are the same', async () => {
      expect((await execa(newer, ['--version'])).stdout).toBe(`v${part.version}`);
      const same = async (...args: string[]) => {
        const [expected, seen] = await Promise.all([call(process.execPath, ...args), call(newer, ...args)]);
        expect(seen).toEqual(expected);
        return expected;
      };
      expect(await same('--version')).toMatchObject({ exitCode: 0, stderr: '' });
      agrees(part, '--version', 'the same output');
      expect((await same('agent')).stderr).toContain('did you mean url');
      agrees(part, 'a configuration that cannot be used', 'the same message and exit code');
      await same('chart', '--view', 'lifecycle', '--format', 'svg');
      await same('chart', '--view', 'lifecycle', '--format', 'json');
      await same('chart', '--view', 'services', '--format', 'svg');
      agrees(part, 'chart', 'the same drawings');
    });

    it.concurrent('an instance launches, runs a job, and is drained and unregistered', async () => {
      await scenario(
        { group: { desiredCapacity: 1 }, node: newer },
        async ({ seen, sandbox, entries, host }) => {
          const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
          expect(host.agentOf(instanceId)?.spawnfile).toBe(newer);
          const { id } = sandbox.gitlab.addJob({ script: ['node --version'] });
          await seen({ subject: 'job', id, state: 'success' });
          const trace = sandbox.gitlab.jobs.find((job) => job.id === id)?.trace.toString() ?? '';
          expect(trace).toContain(`v${part.version}`);
          sandbox.autoscaling.suspended.add('Launch');
          sandbox.autoscaling.terminate(instanceId, true);
          await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
          await seen({ subject: 'instance', state: 'Terminated', instanceId });
          expect(entries({ subject: 'manager', state: 'deleted' })).toHaveLength(1);
        },
      );
      agrees(part, 'an instance’s life', 'launched, served, drained, unregistered');
    }, 240_000);
  });
}
