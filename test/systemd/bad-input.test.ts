import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type Cloud, openCloud } from './hosts/cloud.ts';
import { droverImage } from './hosts/image.ts';
import { type InstanceHosts, instanceHosts } from './hosts/instance-hosts.ts';
import type { DiskFiles } from './hosts/layers.ts';
import { skipHosts } from './hosts/requirements.ts';

const TOKEN = 'glrt-t1_abcdefghijklmnopqrst';
const PATIENCE = 120_000;
const LIMIT = 400_000;

describe.skipIf(skipHosts())(
  'what is wrong on a host is said once, with the mend, and makes no endless restarts',
  () => {
    let cloud: Cloud;
    beforeAll(async () => {
      cloud = await openCloud();
    });
    afterAll(() => cloud.close());

    const image = () =>
      droverImage({
        mode: 'services',
        config: {
          gitlab: { url: cloud.gitlabUrl },
          runners: [{ tokenCredential: 'runner' }],
          autoscaling: { endpoint: cloud.awsUrl, interval: '1s' },
          metadata: { interval: '500ms' },
          metrics: { interval: '500ms' },
          lifecycle: { initAttempts: 2, retryDelay: '500ms', retryDelayMax: '1s' },
        },
        credentials: { runner: TOKEN },
      });
    const without = (files: DiskFiles, pattern: RegExp): DiskFiles =>
      Object.fromEntries(Object.entries(files).filter(([path]) => !pattern.test(path)));

    test(
      'a credential that is missing: exit status 2, and nothing is tried again',
      async () => {
        const files = without(image(), /^\/etc\/drover\/credentials\//);
        const host = cloud.addHost({ name: 'no-credential', files });
        await host.boot();
        await host.waitFor('systemctl is-failed init-runner', PATIENCE);
        expect(await host.unit('init-runner.service', 'ExecMainStatus')).toBe('2');
        expect(await host.unit('init-runner.service', 'NRestarts')).toBe('0');
        const messages = (await host.exec('journalctl -u init-runner -o cat --no-pager')).stdout
          .split('\n')
          .filter((line) => line.startsWith('drover: '));
        expect(messages).toEqual([
          'drover: runners[].tokenCredential names the credential runner, which is missing: write the token to ' +
            '/etc/drover/credentials/runner (0600), and start the unit again, or run playbooks/install.yml with it in ' +
            'drover_tokens',
        ]);
        await host.exec(
          `umask 077; mkdir -p /etc/drover/credentials; echo ${TOKEN} >/etc/drover/credentials/runner`,
        );
        await host.exec('systemctl start --no-block init-runner');
        // With its token it goes on to ask for the metadata, which this host has not.
        await host.waitFor(
          'journalctl -u init-runner -o cat | grep -q "instance identity: no answer yet"',
          PATIENCE,
        );
        await host.down();
      },
      LIMIT,
    );

    describe('on instances of a group', () => {
      const dir = mkdtempSync(join(tmpdir(), 'drover-bad-input-'));
      let hosts: InstanceHosts;
      let sandbox: Sandbox;
      const start = async (files: DiskFiles) => {
        const disk = cloud.addHost({ name: 'image', files }).disk;
        hosts = instanceHosts(cloud, { image: [disk] });
        sandbox = await startSandbox({
          dir,
          host: hosts,
          network: cloud.network,
          group: {
            ...{ name: 'runners', minSize: 0, maxSize: 1, desiredCapacity: 1 },
            launchHook: { name: 'launch', heartbeatTimeout: 120, defaultResult: 'ABANDON' },
            terminateHook: { name: 'terminate', heartbeatTimeout: 120, defaultResult: 'CONTINUE' },
          },
        });
        sandbox.gitlab.addRunner({ token: TOKEN, description: 'shared' });
      };
      afterAll(async () => {
        await hosts.cutAll();
        await sandbox.close();
        rmSync(dir, { recursive: true, force: true });
      });

      test(
        'gitlab-runner is not installed: the journal says so, and the launch is abandoned with nothing left in GitLab',
        async () => {
          await start(without(image(), /gitlab-runner(\.service)?$/));
          const { instanceId = '' } = await sandbox.log.waitFor(
            (entry) => entry.subject === 'hook' && entry.state === 'completed' && entry.result === 'ABANDON',
            PATIENCE,
          );
          expect(await hosts.of(instanceId).journal('init-runner.service')).toContain(
            'there is no unit gitlab-runner.service: install gitlab-runner',
          );
          expect(sandbox.gitlab.runners.flatMap(({ managers }) => [...managers.keys()])).toEqual([]);
        },
        LIMIT,
      );
    });
  },
);
