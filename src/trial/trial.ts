import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ansiblePath } from '../demo/ansible-path.ts';
import { byHandHost } from '../demo/by-hand-host.ts';
import { openStage } from '../demo/stage.ts';
import { endProcessesOf } from '../sandbox/host.ts';
import { type PlayOptions, play } from './play.ts';
import { BOOT_LIMIT, extraVariables, launchHook, prepare, terminateHook } from './prepare.ts';
import { callsSince, changesSince } from './seen.ts';
import { judgePlays, type Plays, type Verdict } from './verdicts.ts';

export interface TrialOptions {
  /** The playbook's path. */
  playbook: string;
  /** A file of variables, which win over the sandbox's own. */
  vars?: string | undefined;
  signal: AbortSignal;
  /** Told what goes on. */
  tell(what: string): void;
}

export interface Trial {
  plays: Plays;
  verdicts: Verdict[];
}

const groupName = 'runners';

/**
 * Plays a playbook three times against a sandbox of its own: in check mode, for real, and again. All that it calls of
 * AWS and GitLab is the sandbox's; what it does to this host, it does. Throws DroverError where Ansible is missing.
 */
export async function tryPlaybook({ playbook, vars, signal, tell }: TrialOptions): Promise<Trial> {
  const path = ansiblePath(process.env.PATH);
  let ready = (_: string) => {};
  const variables = new Promise<string>((resolve) => {
    ready = resolve;
  });
  const { sandbox, dir, tokenFile } = await openStage({
    prefix: 'drover-trial-',
    group: {
      name: groupName,
      minSize: 0,
      maxSize: 3,
      desiredCapacity: 1,
      launchHook: { name: launchHook, heartbeatTimeout: 600, defaultResult: 'ABANDON' },
      terminateHook: { name: terminateHook, heartbeatTimeout: 600, defaultResult: 'ABANDON' },
    },
    host: ({ token, tokenFile }) =>
      byHandHost({
        groupName,
        launchHook,
        token,
        firstVariables: join(dirname(dirname(tokenFile)), 'vars.yml'),
        ready: (_, file) => ready(file),
      }),
  });
  try {
    const file = await within(variables, BOOT_LIMIT, signal);
    const [instance] = sandbox.instances.values();
    if (instance === undefined) throw new Error('the sandbox has booted no instance');
    const own: Omit<PlayOptions, 'check'> = {
      playbook,
      variables: [file, ...extraVariables(playbook, dir), ...(vars === undefined ? [] : [vars])],
      path,
      environment: {
        AWS_ENDPOINT_URL: sandbox.awsUrl,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: instance.metadataUrl,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'sandbox',
        AWS_SECRET_ACCESS_KEY: 'sandbox',
      },
      instanceDir: instance.dir,
      callsSince: (moment) => callsSince(sandbox, moment),
      changesSince: (moment) => changesSince(sandbox, moment),
      signal,
      onTask: tell,
    };
    await prepare(sandbox, instance, own, tell);
    tell('first, in check mode');
    const check = await play({ ...own, check: true });
    tell('then for real');
    const real = await play({ ...own, check: false });
    tell('and again');
    const again = await play({ ...own, check: false });
    const plays: Plays = { check, real, again };
    const secrets = [readFileSync(tokenFile, 'utf8').trim(), sandbox.gitlab.apiToken];
    return { plays, verdicts: judgePlays(plays, secrets) };
  } finally {
    await sandbox.close();
    await endProcessesOf(dir);
    rmSync(dir, { recursive: true, force: true });
  }
}

function within<T>(promise: Promise<T>, limit: number, signal: AbortSignal): Promise<T> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  return Promise.race([
    promise,
    new Promise<never>((_, reject) =>
      ended.addEventListener('abort', () =>
        reject(signal.aborted ? signal.reason : new Error('the sandbox does not boot')),
      ),
    ),
  ]);
}
