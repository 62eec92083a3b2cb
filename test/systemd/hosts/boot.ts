import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root.ts';
import { type CloudGround, inNetworkOf } from './cloud.ts';
import { waitUntil } from './wait-until.ts';

/** How a host went down. */
export type HostEnd = 'poweroff' | 'reboot' | 'killed';

/** One boot of a host, from its power-on until it is down. */
export interface Boot {
  /** Its PID 1, as this process sees it. */
  pid: number;
  ended: Promise<HostEnd>;
  /** What it printed before systemd took over. */
  output(): string;
  pressPowerButton(): void;
  cutPower(): void;
}

/** systemd takes this signal as an order to power off (systemd(1), "SIGNALS"): SIGRTMIN+4. */
const POWER_BUTTON = 38;

/** Powers a host on: its namespaces, its file system, its network, then systemd. Resolves before systemd is up. */
export async function bootHost(
  ground: CloudGround,
  host: { home: string; lower: readonly string[]; address: string; name: string },
): Promise<Boot> {
  const run = join(host.home, `run-${host.name.slice(host.name.lastIndexOf('-') + 1)}`);
  mkdirSync(ground.reach(run), { mode: 0o755 });
  const bootId = `${crypto.randomUUID()}\n`;
  writeFileSync(ground.reach(`${run}.boot_id`), bootId, { mode: 0o444 });
  writeFileSync(ground.reach(`${run}/boot_id`), bootId, { mode: 0o444 });
  const cgroup = join(ground.cgroup, host.name);
  mkdirSync(ground.reach(cgroup));
  const child = spawn(
    'nsenter',
    [
      ...[
        '-t',
        `${ground.holder}`,
        '-m',
        '-n',
        'sh',
        '-ec',
        'echo $$ >"$1/cgroup.procs"; shift; exec "$@"',
        'sh',
        cgroup,
      ],
      ...['unshare', '--fork', '--kill-child', '-p', '-m', '-u', '-i', '-n', '-C', 'bash'],
      ...[join(import.meta.dirname, 'host-init.sh'), host.home, [...host.lower, '/'].join(':'), run],
      ...otherFileSystems(),
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let output = '';
  const gone = once(child, 'exit');
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  await waitUntil(`the file system of ${host.name}`, () => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${host.name} did not boot: ${output}`);
    return output.includes('ready\n');
  });
  const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
  await plugIn(ground, pid, host.address);
  child.stdin.end('go\n');
  return {
    pid,
    output: () => output,
    // A PID namespace's init dies of SIGHUP on reboot(2) to restart, of SIGINT to power off (pid_namespaces(7)).
    ended: gone.then(async ([, signal]) => {
      await waitUntil(`the end of all processes of ${host.name}`, () =>
        readFileSync(ground.reach(join(cgroup, 'cgroup.events')), 'utf8').includes('populated 0'),
      );
      return signal === 'SIGHUP' ? 'reboot' : signal === 'SIGINT' ? 'poweroff' : 'killed';
    }),
    pressPowerButton: () => void process.kill(pid, POWER_BUTTON),
    cutPower: () => void process.kill(pid, 'SIGKILL'),
  };
}

/** A cable from the bridge to the host. */
async function plugIn({ holder, gateway }: CloudGround, pid: number, address: string): Promise<void> {
  const port = `v${address.split('.').at(-1)}`;
  await inNetworkOf(
    holder,
    `ip link add ${port} type veth peer name eth0 netns ${pid}; ip link set ${port} master br0 up`,
  );
  await inNetworkOf(
    pid,
    `ip addr add ${address}/24 dev eth0; ip link set eth0 up; ip route add default via ${gateway}`,
  );
}

/** What hosts need of this machine and does not lie on its root file system: an overlay does not cross mounts. */
function otherFileSystems(): string[] {
  const root = statSync('/').dev;
  return [packageRoot(), dirname(process.execPath)].filter((path) => statSync(path).dev !== root);
}
