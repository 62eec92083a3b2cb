import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { droverPackage, nodeArchive, wheelhouse } from './archives.ts';
import { type Cloud, openCloud } from './hosts/cloud.ts';
import type { TestHost } from './hosts/host.ts';
import { instanceHosts } from './hosts/instance-hosts.ts';
import { hide } from './hosts/layers.ts';
import { skipHosts } from './hosts/requirements.ts';
import { runnerFiles } from './hosts/runner-files.ts';
import { makeSshKeys, playInstall, type SshKeys, startSshd } from './over-ssh.ts';

const PLAY_LIMIT = 300_000;
/** What an installation brings; a bare host has none of it. */
const BROUGHT = ['node', 'nodejs', 'npm', 'ansible', 'ansible-playbook', 'gitlab-runner', 'drover'];
const UNITS = ['init-runner', 'monitor-jobs', 'scale-up', 'lifecycle-check', 'unreg-runner'];

describe.skipIf(skipHosts())('install.yml on a bare host', () => {
  const dir = mkdtempSync(join(tmpdir(), 'drover-install-'));
  let cloud: Cloud;
  let bare: TestHost;
  let keys: SshKeys;
  let before: string[];
  let archives: Record<string, unknown>;

  beforeAll(async () => {
    cloud = await openCloud();
    keys = makeSshKeys(join(dir, 'ssh'));
    bare = cloud.addHost({ name: 'bare', files: keys.files });
    for (const path of installedPrograms()) hide(bare.path('/'), path);
    archives = {
      drover_node_archive: nodeArchive(dir),
      drover_package: droverPackage(dir),
      drover_wheelhouse: wheelhouse(),
    };
    await bare.boot();
    await startSshd(bare);
    before = filesOf(bare);
  }, PLAY_LIMIT);
  afterAll(async () => {
    await cloud.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const play = (...options: string[]) =>
    playInstall(cloud, bare, keys, { ...archives, ...settings(cloud) }, ...options);

  test('none of what it brings is there', async () => {
    const found = await bare.exec(`command -v ${BROUGHT.join(' ')}`, { mayFail: true });
    expect(found.stdout).toBe('');
  });

  test(
    'a dry run says what it would do, and does nothing',
    async () => {
      const { exitCode, output, changed } = await play('--check', '--diff');
      expect([exitCode, changed > 0], output).toEqual([0, true]);
      expect(output).toContain('+ExecStart=/usr/local/bin/drover init-runner');
      expect(output).not.toContain('glrt-');
      expect(filesOf(bare)).toEqual(before);
    },
    PLAY_LIMIT,
  );

  test(
    'everything is brought, from local archives alone',
    async () => {
      const { exitCode, output } = await play('--diff');
      expect(exitCode, output).toBe(0);
      expect(output).not.toContain('glrt-');
      expect((await bare.exec('drover --version')).stdout).toMatch(/^\d+\.\d+\.\d+$/);
      expect(
        (await bare.exec('readlink -f /proc/self/exe; command -v node', { mayFail: true })).stdout,
      ).not.toContain('node');
      expect((await bare.exec('/opt/drover/ansible/bin/ansible-playbook --version')).stdout).toContain(
        '[core',
      );
      await bare.exec('systemctl daemon-reload');
      const shown = await bare.exec(['systemctl', 'show', '-p', 'LoadState', '--value', ...UNITS]);
      expect(new Set(shown.stdout.split(/\s+/))).toEqual(new Set(['loaded']));
      const enabled = await bare.exec(['systemctl', 'is-enabled', ...UNITS], { mayFail: true });
      expect(enabled.stdout.split('\n')).toEqual(['enabled', 'static', 'static', 'enabled', 'static']);
      const secret = await bare.exec(
        'stat -c %a%U /etc/drover /etc/drover/credentials /etc/drover/credentials/runner-token /etc/drover/config.yml',
      );
      expect(secret.stdout.split('\n')).toEqual(['700root', '700root', '600root', '600root']);
    },
    PLAY_LIMIT,
  );

  test(
    'a second run changes nothing, nor does a dry run see anything to change',
    async () => {
      const dry = await play('--check', '--diff');
      expect([dry.exitCode, dry.changed], dry.output).toEqual([0, 0]);
      const again = await play();
      expect([again.exitCode, again.changed], again.output).toEqual([0, 0]);
    },
    PLAY_LIMIT,
  );

  test(
    'an instance of that image serves, and is upgraded in place under a job: no drain, and the next notice is seen',
    async () => {
      await bare.shutDown('poweroff');
      const hosts = instanceHosts(cloud, { image: [bare.disk], files: runnerOfImage });
      const sandbox = await startSandbox({ dir, host: hosts, network: cloud.network, group: GROUP });
      try {
        sandbox.gitlab.addRunner({ token: TOKEN, description: 'shared' });
        sandbox.stored.parameters.set('/runners/token', TOKEN);
        const seen = (what: (entry: LogEntry) => boolean) => sandbox.log.waitFor(what, PATIENCE);
        const { instanceId = '' } = await seen(
          ({ subject, state }) => subject === 'instance' && state === 'InService',
        );
        const host = hosts.of(instanceId);
        await host.waitFor(
          'systemctl is-active --quiet monitor-jobs && systemctl is-active --quiet lifecycle-check',
          PATIENCE,
        );
        const watchers = () =>
          Promise.all(
            ['monitor-jobs', 'lifecycle-check'].map((name) => host.unit(`${name}.service`, 'MainPID')),
          );
        const pids = await watchers();
        // A unit that is started twice, and a command by hand beside it: one owner, and who it is.
        await host.exec('systemctl start monitor-jobs');
        const second = await host.exec('drover monitor-jobs', { mayFail: true });
        expect([second.code, second.stderr]).toEqual([
          1,
          expect.stringContaining(`is owned by monitor-jobs.service (pid ${pids[0]}); stop it first`),
        ]);
        expect(await watchers()).toEqual(pids);
        const { id } = sandbox.gitlab.addJob({ script: ['until [ -e /tmp/upgraded ]; do sleep 0.2; done'] });
        await seen((entry) => entry.subject === 'job' && entry.id === id && entry.state === 'running');

        await startSshd(host);
        const upgrade = {
          ...archives,
          ...settings(cloud),
          drover_start: true,
          drover_package: droverPackage(dir, '99.0.0'),
          drover_tokens: [{ name: 'runner-token', ssm_parameter: '/runners/token' }],
          drover_region: 'us-east-1',
          drover_endpoint_url: cloud.awsUrl,
        };
        const { exitCode, output } = await playInstall(cloud, host, keys, upgrade);
        expect(exitCode, output).toBe(0);
        expect((await host.exec('drover --version')).stdout).toBe('99.0.0');
        await host.waitFor(
          'systemctl is-active --quiet monitor-jobs && systemctl is-active --quiet lifecycle-check',
        );
        expect((await watchers()).filter((pid) => pids.includes(pid))).toEqual([]);
        await host.exec('touch /tmp/upgraded');
        await seen((entry) => entry.subject === 'job' && entry.id === id && entry.state === 'success');
        const all = sandbox.log.entries;
        expect(all.filter(({ subject, state }) => subject === 'manager' && state === 'created')).toHaveLength(
          1,
        );
        expect(all.filter(({ subject, state }) => subject === 'manager' && state === 'deleted')).toEqual([]);
        sandbox.autoscaling.terminate(instanceId, true);
        await seen(
          ({ subject, state, result }) =>
            subject === 'hook' &&
            state === 'completed' &&
            result === 'CONTINUE' &&
            sandbox.gitlab.runners.every(({ managers }) => managers.size === 0),
        );
        await seen(({ subject, state }) => subject === 'instance' && state === 'Terminated');
      } finally {
        await hosts.cutAll();
        await sandbox.close();
        for (const one of hosts.all()) await one.down();
        await bare.boot();
        await startSshd(bare);
      }
    },
    2 * PLAY_LIMIT,
  );

  test(
    'nothing is left when it is taken away',
    async () => {
      const gone = await play('-e', 'drover_state=absent');
      expect(gone.exitCode, gone.output).toBe(0);
      expect(filesOf(bare)).toEqual(before);
    },
    PLAY_LIMIT,
  );
});

const TOKEN = 'glrt-t1_abcdefghijklmnopqrst';
const PATIENCE = 120_000;
const GROUP = {
  ...{ name: 'runners', minSize: 0, maxSize: 1, desiredCapacity: 1 },
  launchHook: { name: 'launch', heartbeatTimeout: 300, defaultResult: 'ABANDON' as const },
  terminateHook: { name: 'terminate', heartbeatTimeout: 300, defaultResult: 'CONTINUE' as const },
};

/** The sandbox's runner, run by the Node that was installed: the machine's own is hidden. */
const runnerOfImage = () => ({
  ...runnerFiles(),
  // ProtectProc= gives a unit a /proc of its own, whose boot id is this machine's and not the test host's.
  ...Object.fromEntries(
    UNITS.map((name) => [
      `/etc/systemd/system/${name}.service.d/test-boot-id.conf`,
      '[Service]\nBindReadOnlyPaths=/run/boot_id:/proc/sys/kernel/random/boot_id\n',
    ]),
  ),
  '/usr/bin/gitlab-runner': {
    text: `#!/bin/sh\nexec /opt/drover/node/bin/node ${join(packageRoot(), 'dist', 'gitlab-runner.js')} "$@"\n`,
    mode: 0o755,
  },
});

/** Into an image: nothing is started. */
const settings = (cloud: Cloud) => ({
  drover_start: false,
  drover_reap: true,
  drover_tokens: [{ name: 'runner-token', value: TOKEN }],
  drover_config: {
    gitlab: { url: cloud.gitlabUrl },
    runners: [{ tokenCredential: 'runner-token' }],
    metadata: { interval: '500ms' },
    metrics: { interval: '500ms' },
    autoscaling: { interval: '1s' },
  },
  drover_environment: { AWS_ENDPOINT_URL: cloud.awsUrl },
});

/** Where this machine has what an installation brings, on the path that hosts have. */
function installedPrograms(): string[] {
  return ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'].flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => BROUGHT.includes(name) || /^ansible/.test(name))
      .map((name) => join(directory, name)),
  );
}

/** What a host has that its machine has not; logs, and what logins leave, aside. */
function filesOf(host: TestHost): string[] {
  return readdirSync(host.path('/'), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(host.path('/').length - 1))
    .filter(
      (path) =>
        !/^\/(var\/log|var\/lib\/systemd|var\/lib\/libuuid|var\/lib\/private|root\/\.ansible)\//.test(path),
    )
    .sort();
}
