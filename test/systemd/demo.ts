import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoConfig, demoGroup, playOnStage } from '../../src/demo/demo.ts';
import type { Told } from '../../src/demo/told.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { openCloud } from './hosts/cloud.ts';
import { followJournal } from './hosts/follow-journal.ts';
import { droverImage } from './hosts/image.ts';
import { instanceHosts } from './hosts/instance-hosts.ts';
import { whyNoHosts } from './hosts/requirements.ts';
import { journalTables } from './journal-tables.ts';

// `npm run demo -- --systemd`: the demo's story on real systemd hosts, driven by the services alone; at the end what
// the journal of each unit tells. `--json` gives one object a line, the summary last; `--keep` keeps the event log.
const json = process.argv.includes('--json');
const tell = (told: Told) => console.log(json ? JSON.stringify(told.event) : told.text);

async function main(signal: AbortSignal): Promise<void> {
  const reason = whyNoHosts();
  if (reason !== null) throw new Error(`systemd hosts cannot be booted here: ${reason}`);
  const started = Date.now();
  const dir = mkdtempSync(join(tmpdir(), 'drover-demo-systemd-'));
  const token = `glrt-t1_${randomBytes(15).toString('base64url')}`;
  const cloud = await openCloud();
  const image = cloud.addHost({
    name: 'image',
    files: droverImage({
      mode: 'services',
      config: {
        ...demoConfig,
        gitlab: { url: cloud.gitlabUrl },
        runners: [{ name: 'shared', tokenCredential: 'runner' }],
        autoscaling: { ...demoConfig.autoscaling, endpoint: cloud.awsUrl },
        ec2: { endpoint: cloud.awsUrl },
      },
      credentials: { runner: token },
    }),
  });
  const followed: (() => void)[] = [];
  const hosts = instanceHosts(cloud, {
    image: [image.disk],
    onBoot(host) {
      const home = join(dir, 'instances', host.name);
      mkdirSync(home, { recursive: true });
      symlinkSync(host.path('/etc/gitlab-runner'), join(home, 'gitlab-runner'));
      followed.push(followJournal(host.path('/var/log/journal'), join(home, 'agent.log')));
    },
  });
  const sandbox = await startSandbox({
    dir,
    host: hosts,
    network: cloud.network,
    group: { ...demoGroup, orderlyShutdown: true },
  });
  sandbox.gitlab.addRunner({ token, description: 'shared by the group' });
  let clean = false;
  try {
    const onHosts = {
      openGate(path: string) {
        for (const host of hosts.all()) if (host.pid !== null) host.write({ [path]: '' });
      },
      closeGroup(instanceId: string) {
        sandbox.autoscaling.update({ minSize: 0 });
        sandbox.autoscaling.terminate(instanceId, true);
      },
    };
    const stage = { sandbox, dir, agents: null };
    const { summary, problems } = await playOnStage(stage, { page: 'off', started, signal, tell, onHosts });
    for (const told of await journalTables(hosts.all())) tell(told);
    if (json) console.log(JSON.stringify(summary));
    for (const problem of problems) console.error(`demo: ${problem}`);
    clean = problems.length === 0 && !process.argv.includes('--keep');
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    for (const end of followed) end();
    await hosts.cutAll();
    await sandbox.close();
    await cloud.close();
    if (clean || signal.aborted) rmSync(dir, { recursive: true, force: true });
    else console.error(`demo: the event log is in ${dir}`);
  }
}

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    process.exitCode = name === 'SIGINT' ? 130 : 143;
    abort.abort(new Error('interrupted'));
  });
}
try {
  await main(abort.signal);
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode ??= 1;
}
