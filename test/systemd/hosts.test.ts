import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config/package-root.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type Cloud, openCloud } from './hosts/cloud.ts';
import { type InstanceHosts, instanceHosts } from './hosts/instance-hosts.ts';
import { skipHosts } from './hosts/requirements.ts';
import { runnerFiles } from './hosts/runner-files.ts';
import { waitUntil } from './hosts/wait-until.ts';

const TOKEN = 'glrt-t1_abcdefghijklmnopqrst';

describe.skipIf(skipHosts())('a group of three real hosts', () => {
  const dir = mkdtempSync(join(tmpdir(), 'drover-hosts-'));
  let cloud: Cloud;
  let hosts: InstanceHosts;
  let sandbox: Sandbox;
  const inService = () => [...sandbox.autoscaling.instances.keys()].map((id) => hosts.of(id));

  beforeAll(async () => {
    cloud = await openCloud();
    hosts = instanceHosts(cloud, { files: runnerFiles });
    sandbox = await startSandbox({
      dir,
      host: hosts,
      network: cloud.network,
      group: { name: 'runners', minSize: 0, maxSize: 4, desiredCapacity: 3, orderlyShutdown: true },
    });
    sandbox.gitlab.addRunner({ token: TOKEN, description: 'shared' });
    await waitUntil('three hosts', () => hosts.all().filter(({ boots }) => boots > 0).length === 3);
    await Promise.all(hosts.all().map((host) => host.waitFor('systemctl is-system-running')));
  });
  afterAll(async () => {
    await hosts.cutAll();
    await sandbox.close();
    await cloud.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const metadata = (item: string) =>
    'token=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token) &&' +
    ` curl -sf -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/${item}`;

  test('each sees its own instance at 169.254.169.254, has its own machine id and its own address', async () => {
    const told = await Promise.all(
      inService().map(async (host) => ({
        name: host.name,
        id: (await host.exec(metadata('meta-data/instance-id'))).stdout,
        address: (await host.exec(metadata('meta-data/local-ipv4'))).stdout,
        machine: (await host.exec('cat /etc/machine-id')).stdout.trim(),
      })),
    );
    expect(told.map(({ id }) => id)).toEqual(inService().map(({ name }) => name));
    expect(told.map(({ address }) => address)).toEqual(inService().map(({ address }) => address));
    expect(new Set(told.map(({ machine }) => machine)).size).toBe(3);
  });

  test('a session token of one instance opens nothing for another', async () => {
    const [one, other] = inService();
    const token = await one?.exec(
      'curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token',
    );
    const reply = await other?.exec(
      `curl -s -o /dev/null -w "%{http_code}" -H "X-aws-ec2-metadata-token: ${token?.stdout}" http://169.254.169.254/latest/meta-data/instance-id`,
    );
    expect(reply?.stdout).toBe('401');
  });

  test('the runner’s unit runs jobs as the user gitlab-runner', async () => {
    const [host] = inService();
    await host?.exec([
      'gitlab-runner',
      'register',
      '--non-interactive',
      '--url',
      cloud.gitlabUrl,
      '--token',
      TOKEN,
      '--executor',
      'shell',
    ]);
    await host?.exec('systemctl start gitlab-runner');
    const { id } = sandbox.gitlab.addJob({ script: ['id -un >"$CI_BUILDS_DIR/who"'] });
    await sandbox.log.waitFor(
      (entry) => entry.subject === 'job' && entry.id === id && entry.state === 'success',
      30_000,
    );
    expect((await host?.exec('cat /home/gitlab-runner/builds/who'))?.stdout).toBe('gitlab-runner');
  });

  test('a reboot keeps the disk and changes the boot id; the journal tells of both boots', async () => {
    const [, host] = inService();
    const bootId = () => host?.exec('cat /proc/sys/kernel/random/boot_id');
    const before = await bootId();
    await host?.exec(
      'echo kept >/root/kept; touch /run/gone; logger -t drover-test before; journalctl --sync',
    );
    await host?.reboot();
    expect((await host?.exec('cat /root/kept; ls /run/gone', { mayFail: true }))?.stdout).toBe('kept');
    expect((await bootId())?.stdout).not.toBe(before?.stdout);
    expect((await host?.exec('journalctl --quiet -t drover-test -o cat'))?.stdout).toBe('before');
    expect(host?.boots).toBe(2);
  });

  test('an instance that the group terminates is powered off, and its journal can still be read', async () => {
    const [, , host] = inService();
    const id = host?.name ?? '';
    sandbox.autoscaling.terminate(id, true);
    await waitUntil('the power-off', () => host?.pid === null);
    expect(await host?.journal('init.scope')).toContain('Reached target poweroff.target');
  });
});

describe.skipIf(skipHosts())('after test hosts', () => {
  const leftovers = () => ({
    directories: readdirSync(tmpdir()).filter((name) => name.startsWith('drover-cloud-')),
    cgroups: execFileSync('unshare', ['-m', 'sh', '-ec', 'mount -t cgroup2 c /mnt; ls /mnt'], {
      encoding: 'utf8',
    })
      .split('\n')
      .filter((name) => name.startsWith('drover-cloud-')),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes('drover-cloud-')),
  });
  const script = join(packageRoot(), 'test/systemd/hosts/two-hosts.ts');

  /** Boots two hosts in a process of its own; gives the pids of their systemds. */
  async function twoHosts() {
    const child = spawn(process.execPath, ['--import', 'tsx', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    await waitUntil('two hosts of another process', () => said.includes('\n'));
    return { child, pids: said.trim().split(' ').map(Number), holder: said.trim().split(' ').map(Number)[0] };
  }

  test('nothing is left, whether they were closed or their process was killed', async () => {
    const [closed, killed] = await Promise.all([twoHosts(), twoHosts()]);
    expect(closed.pids).toHaveLength(3);
    const ended = once(closed.child, 'exit');
    closed.child.stdin.end();
    expect(await ended).toEqual([0, null]);
    expect(closed.pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(killed.pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual(killed.pids);
    killed.child.kill('SIGKILL');
    await waitUntil(
      'the end of the killed process’s hosts',
      () => !killed.pids.some((pid) => existsSync(`/proc/${pid}`)),
    );
    const theirs = (name: string) =>
      [closed, killed].some(
        ({ child, holder }) => name.includes(`-${child.pid}-`) || name.endsWith(`-${holder}`),
      );
    await waitUntil('no leftovers', () => {
      const { directories, cgroups, mounts } = leftovers();
      return ![...directories, ...cgroups, ...mounts].some(theirs);
    });
  });
});
