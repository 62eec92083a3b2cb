import { describe, expect, test } from 'vitest';
import type { TestHost } from './hosts/host.ts';
import { skipHosts } from './hosts/requirements.ts';
import { waitUntil } from './hosts/wait-until.ts';
import { type HostWorld, hostScenario } from './world.ts';

// Jobs of CI are strangers on the instance: what one of them tries, as the job's user and in the runner's unit.

const PATIENCE = 120_000;
const METADATA = 'http://169.254.169.254/latest';
const SERVICES = ['monitor-jobs', 'lifecycle-check'];

/** What a job tries, as shell commands; MONITOR and CHECK are the pids of our services. */
const ATTEMPTS: Record<string, string> = {
  'read the record': 'cat /var/lib/drover/journal',
  'list the state directory': 'ls /var/lib/drover',
  'read the configuration': 'cat /etc/drover/config.yml',
  'read the variables of the units': 'cat /etc/drover/environment',
  'read a token at its source': 'cat /etc/drover/credentials/runner',
  'read a token of a unit': 'cat /run/credentials/monitor-jobs.service/runner',
  'read the runner’s configuration': 'cat /etc/gitlab-runner/config.toml',
  'list the run directories': 'ls /run/drover',
  'write a notice': 'touch /run/drover/notice.json',
  'read the environment of a service': 'cat /proc/MONITOR/environ',
  'see the descriptors of a service': 'ls /proc/MONITOR/fd',
  'trace a service': 'cat /proc/MONITOR/mem',
  'signal monitor-jobs': 'kill -TERM MONITOR',
  'signal lifecycle-check': 'kill -KILL CHECK',
  'stop a unit': 'systemctl --no-ask-password stop lifecycle-check.service',
  'start a unit': 'systemctl --no-ask-password start unreg-runner.service',
  'kill a unit': 'systemctl --no-ask-password kill monitor-jobs.service',
  'run a unit of its own': 'systemd-run --no-ask-password --wait true',
  'ask the metadata service': `curl --silent --fail --max-time 3 -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" ${METADATA}/api/token`,
  'take the command over': 'touch /usr/local/bin/drover /opt/drover/current/bin/drover.js',
  'take a unit over': 'touch /etc/systemd/system/unreg-runner.service',
};

describe.skipIf(skipHosts())('a job that is up to no good', () => {
  test('gets nothing of Drover: no file, no token, no signal, no unit, no metadata, and no say in the metrics', async () => {
    await hostScenario(
      { group: { desiredCapacity: 1 }, config: { runner: { concurrent: 4 } } },
      async (world) => {
        const host = await oneServing(world);
        const pids = await Promise.all(SERVICES.map((name) => host.unit(`${name}.service`, 'MainPID')));

        const told = await job(world, attempts(pids), 'told');
        expect(told).toContain('user gitlab-runner');
        expect(told.filter((line) => /^(got|refused) /.test(line))).toEqual(
          Object.keys(ATTEMPTS).map((name) => `refused ${name}`),
        );
        // The unit's address filter did it: the same request from outside the unit is answered.
        await host.exec(ATTEMPTS['ask the metadata service'] ?? '', { user: 'gitlab-runner' });

        // A stranger on the metrics port, at the address that the runner has not, says that all slots are taken. Who
        // has a connection to the runner does not ask it; who makes a new one does not believe it.
        const spoof = job(world, impostor(), 'spoof');
        await host.waitFor('curl --silent --fail "http://[::1]:9090/metrics" | grep -q " 40$"');
        expect(await Promise.all(SERVICES.map((name) => host.unit(`${name}.service`, 'MainPID')))).toEqual(
          pids,
        );
        await host.exec('systemctl restart monitor-jobs.service');
        await waitUntil('a sample that is not believed', async () =>
          (await host.exec('cat /var/lib/drover/journal')).stdout.includes('runner.unreadable'),
        );
        await host.exec('pkill --full "^/usr/bin/python3 -c import http.server"');
        await spoof;
        expect(world.entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
        expect(world.entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toEqual([]);
      },
    );
  }, 600_000);
});

async function oneServing({ seen, hosts, recordIn }: HostWorld): Promise<TestHost> {
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' }, PATIENCE);
  const host = hosts.of(instanceId);
  await host.waitFor(
    'systemctl is-active --quiet monitor-jobs && systemctl is-active --quiet lifecycle-check',
    PATIENCE,
  );
  await recordIn(instanceId, 'inService', PATIENCE);
  return host;
}

/** Plays a job to its end, with its output in a file of the job user's; gives the lines of that file. */
async function job({ sandbox, seen, hosts }: HostWorld, script: string, name: string): Promise<string[]> {
  const file = `/home/gitlab-runner/${name}`;
  const { id } = sandbox.gitlab.addJob({ script: [`{ ${script}\n} >${file} 2>&1`] });
  await seen({ subject: 'job', id, state: 'success' }, PATIENCE);
  return hosts.all().flatMap((host) => host.read(file)?.split('\n') ?? []);
}

const attempts = ([monitor = '', check = '']: string[]): string =>
  [
    'echo "user $(id -un)"',
    ...Object.entries(ATTEMPTS).map(([name, command]) => {
      const tried = command.replaceAll('MONITOR', monitor).replaceAll('CHECK', check);
      return `if ${tried} >/dev/null 2>&1; then echo 'got ${name}'; else echo 'refused ${name}'; fi`;
    }),
  ].join('\n');

/** Serves metrics of a runner that is full, on ::1, until it is killed. */
function impostor(): string {
  const metrics = [
    'gitlab_runner_version_info{name="gitlab-runner",version="19.4.0"} 1',
    'gitlab_runner_process_state_info{state="running"} 1',
    'gitlab_runner_concurrent 4',
    'gitlab_runner_jobs{state="running"} 40',
    '',
  ].join('\\n');
  const program = [
    'import http.server, socket',
    'class Server(http.server.HTTPServer): address_family = socket.AF_INET6',
    'class Handler(http.server.BaseHTTPRequestHandler):',
    '  def do_GET(self):',
    '    self.send_response(200); self.end_headers(); self.wfile.write(metrics)',
    `metrics = b'${metrics}'`,
    'server = Server(("::1", 9090), Handler)',
    'server.serve_forever()',
  ].join('\n');
  return `timeout 120 /usr/bin/python3 -c '${program.replaceAll("'", "'\\''")}' || true`;
}
