import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { droverPackage, nodeArchive, wheelhouse } from './archives.ts';
import { type Cloud, openCloud } from './hosts/cloud.ts';
import type { TestHost } from './hosts/host.ts';
import { hide } from './hosts/layers.ts';
import { skipHosts } from './hosts/requirements.ts';
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
    'nothing is left when it is taken away',
    async () => {
      const dry = await play('-e', 'drover_state=absent', '--check');
      expect([dry.exitCode, dry.changed > 0], dry.output).toEqual([0, true]);
      const gone = await play('-e', 'drover_state=absent');
      expect(gone.exitCode, gone.output).toBe(0);
      expect(filesOf(bare)).toEqual(before);
    },
    PLAY_LIMIT,
  );
});

/** Into an image: nothing is started. */
const settings = (cloud: Cloud) => ({
  drover_start: false,
  drover_reap: true,
  drover_tokens: [{ name: 'runner-token', value: 'glrt-t1_abcdefghijklmnopqrst' }],
  drover_config: { gitlab: { url: cloud.gitlabUrl }, runners: [{ tokenCredential: 'runner-token' }] },
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
    .filter((path) => !/^\/(var\/log|var\/lib\/systemd|var\/lib\/libuuid|var\/lib\/private|root\/\.ansible)\//.test(path))
    .sort();
}
