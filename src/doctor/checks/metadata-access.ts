import { readFileSync } from 'node:fs';
import { httpRequest } from '../../net/http-request.ts';
import type { Check, Examination } from '../examination.ts';
import { advice, danger, type Finding, ok, unknown } from '../finding.ts';
import { runProgram } from '../run-program.ts';
import { readUnit } from '../unit-properties.ts';

const DENY =
  'IPAddressDeny=169.254.169.254 in the unit of the runner: ansible-playbook playbooks/install.yml sets it';
/** The address itself, link-local addresses, or everything. */
const COVERS_METADATA = /(^|\s)(169\.254\.169\.254|169\.254\.0\.0|0\.0\.0\.0\/0)/;
const TIMEOUT = 2_000;

/** Jobs do not reach the metadata service, which would give them the instance's role. */
export const metadataAccess: Check = {
  name: 'metadata and jobs',
  run: async (examination) => [...(await byJobUser(examination)), ...(await byContainers(examination))],
};

async function byJobUser(examination: Examination): Promise<Finding[]> {
  const { config, program } = examination;
  const { serviceManager, unit } = config.runner;
  if (serviceManager !== 'systemd') {
    const text = 'jobs run as the user of the runner, and nothing keeps them from the metadata';
    return (await answers(examination))
      ? [
          advice(
            `${text}: they have the instance’s role`,
            'runner.serviceManager: systemd, with the units of Drover',
          ),
        ]
      : [ok('the metadata does not answer here')];
  }
  const found = await readUnit(program, unit);
  if (found === null) return [unknown(`systemctl does not tell of ${unit}`, 'see the finding on systemd')];
  if (COVERS_METADATA.test(found.IPAddressDeny ?? '')) {
    return [ok(`systemd keeps ${unit} and its jobs from the metadata`)];
  }
  return [await askAs(jobUser(found.ExecStart, found.User), examination)];
}

/** `gitlab-runner run … --user gitlab-runner`, as GitLab's own unit has it. */
const jobUser = (execStart = '', user = ''): string =>
  /--user[ =](\S+)/.exec(execStart)?.[1] ?? (user || 'gitlab-runner');

async function askAs(user: string, { config, env, signal }: Examination): Promise<Finding> {
  const ids = idsOf(user);
  if (ids === null)
    return unknown(`there is no user ${user} that jobs would run as`, 'install GitLab Runner');
  if (process.getuid?.() !== 0) return unknown(`only root can try it as ${user}`, 'run doctor as root');
  const url = `${config.metadata.endpoint}/latest/api/token`;
  const script = `fetch(${JSON.stringify(url)}, {method: 'PUT', headers: {'x-aws-ec2-metadata-token-ttl-seconds': '1'}, signal: AbortSignal.timeout(${TIMEOUT})}).then(({status}) => {process.exitCode = status === 200 ? 10 : 11}, () => {process.exitCode = 11})`;
  const tried = await runProgram(process.execPath, ['-e', script], { env, signal, ...ids });
  if (tried?.exitCode === 11) return ok(`${user}, who runs the jobs, does not reach the metadata`);
  if (tried?.exitCode !== 10) return unknown(`it could not be tried as ${user}`, DENY);
  const text = `jobs (user ${user}) reach the metadata: they have the instance’s role, and can end other instances`;
  return danger(text, DENY);
}

function idsOf(user: string): { uid: number; gid: number } | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

async function answers({ config, signal }: Examination): Promise<boolean> {
  const url = `${config.metadata.endpoint}/latest/meta-data/instance-id`;
  return httpRequest({ url, timeout: TIMEOUT, maxBytes: 100_000, signals: [signal] }).then(
    () => true,
    () => false,
  );
}

/** Containers are behind one hop more: a hop limit of 1 keeps them off. */
async function byContainers({ identity, apis, signal }: Examination): Promise<Finding[]> {
  const { instanceId } = await identity();
  const { ec2 } = await apis();
  const answer = await ec2.call(
    'DescribeInstances',
    (client, sdk, http) => client.send(new sdk.DescribeInstancesCommand({ InstanceIds: [instanceId] }), http),
    { attempts: 2, signal },
  );
  const options = answer.Reservations?.[0]?.Instances?.[0]?.MetadataOptions;
  const findings: Finding[] = [];
  if ((options?.HttpPutResponseHopLimit ?? 1) > 1) {
    const text = `the hop limit of the metadata is ${options?.HttpPutResponseHopLimit}: containers reach it`;
    findings.push(advice(text, 'HttpPutResponseHopLimit 1 in the launch template'));
  }
  if (options?.HttpTokens === 'optional') {
    findings.push(
      advice(
        'the metadata answers also without a token (IMDSv1)',
        'HttpTokens required in the launch template',
      ),
    );
  }
  return findings;
}
