// Holds what several test hosts share: a network namespace with the bridge, and a mount namespace with the tmpfs that
// their disks lie on. Started in both by cloud.ts, which gets the listening sockets; ends, and takes everything away,
// when that process is done or dead, however it died.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const { dir, ports, addresses } = JSON.parse(process.argv[2]);
const cgroups = join(dir, 'cgroups');
const own = `drover-cloud-${process.pid}`;

async function setUp() {
  sweepMountPoints();
  const run = (script) => execFileSync('sh', ['-ec', script], { stdio: ['ignore', 'ignore', 'inherit'] });
  run(`mount -t tmpfs -o mode=755 drover ${dir}; mkdir ${cgroups}; mount -t cgroup2 drover ${cgroups}`);
  await sweepCgroups();
  mkdirSync(join(cgroups, own));
  // An address of its own: a bridge takes the lowest of its ports', and hosts lose it for a minute when that port goes.
  run(`ip link set lo up; ip link add br0 address 02:00:00:00:00:01 type bridge; ip link set br0 up`);
  for (const address of addresses) run(`ip addr add ${address} dev br0`);
}

/** Ends whatever lives in a cgroup and removes it. */
async function removeCgroup(path) {
  const kill = join(path, 'cgroup.kill');
  if (existsSync(kill)) writeFileSync(kill, '1');
  for (let looks = 0; /populated 1/.test(readFileSync(join(path, 'cgroup.events'), 'utf8')); looks += 1) {
    if (looks > 1_000) throw new Error(`${path} still holds processes`);
    for (const inner of treeOf(path)) {
      for (const pid of readFileSync(join(inner, 'cgroup.procs'), 'utf8').split('\n')) {
        if (pid !== '' && pid !== '0') tryKill(Number(pid));
      }
    }
    await delay(10);
  }
  for (const inner of treeOf(path)) rmdirSync(inner);
}

function tryKill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** A cgroup with all below it, the deepest first. */
const treeOf = (path) => [
  ...readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => treeOf(join(path, entry.name))),
  path,
];

const isHolder = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('cloud-holder.mjs');
  } catch {
    return false;
  }
};

/** What a holder that was killed has left. */
async function sweepCgroups() {
  for (const name of readdirSync(cgroups)) {
    const pid = /^drover-cloud-(\d+)$/.exec(name)?.[1];
    if (pid && !isHolder(pid)) await removeCgroup(join(cgroups, name)).catch(() => {});
  }
}

/** Mount points outside the namespaces are empty directories. */
function sweepMountPoints() {
  for (const name of readdirSync(dirname(dir))) {
    const owner = /^drover-cloud-(\d+)-/.exec(name)?.[1];
    if (owner && !existsSync(`/proc/${owner}`)) tryRemove(join(dirname(dir), name));
  }
}

function tryRemove(path) {
  try {
    rmdirSync(path);
  } catch {
    // Not empty, so not ours to take away.
  }
}

async function tearDown() {
  await removeCgroup(join(cgroups, own));
  // The directory itself is the mount point: it goes once nothing is mounted on it any more.
  execFileSync('umount', ['-l', cgroups, dir]);
  tryRemove(dir);
}

function listen({ name, host, port }) {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => process.send({ open: name }, server, () => resolve(server)));
  });
}

process.on('disconnect', () =>
  tearDown().then(
    () => process.exit(0),
    (error) => {
      console.error(`test hosts: ${error.message}`);
      process.exit(1);
    },
  ),
);
await setUp();
// The sockets live on where they were sent to.
for (const port of ports) (await listen(port)).close();
process.send({ ready: true, cgroup: join(cgroups, own) });
