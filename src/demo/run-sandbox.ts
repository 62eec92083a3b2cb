import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { endProcessesOf } from '../sandbox/host.ts';
import { byHandHost } from './by-hand-host.ts';
import { rememberManagers } from './manager-instance.ts';
import { narrator } from './narrate.ts';
import { openPageUnless, type PagePort, type SandboxPage } from './page.ts';
import { openStage, stageAgents } from './stage.ts';
import type { Tell } from './told.ts';

export interface RunSandboxOptions {
  min: number;
  max: number;
  desired: number;
  /** Kept; without it a temporary directory that is removed at the end. */
  dir?: string | undefined;
  agents: boolean;
  /** The port of the status page; default: 9180, or any free one. */
  page?: PagePort | undefined;
  runner?: string | undefined;
  signal: AbortSignal;
  tell: Tell;
}

const groupName = 'runners';
const launchHook = 'runners-launching';

/** The emulated world alone, until the signal aborts. Tells its addresses first, then what happens in it. */
export async function runSandbox(options: RunSandboxOptions): Promise<void> {
  const { min, max, desired, signal, tell } = options;
  const started = Date.now();
  const ready = (instanceId: string, path: string) =>
    tell({
      text: `variables for playbooks by hand: ${path}`,
      event: { event: 'variables', instanceId, path },
    });
  const { sandbox, dir, tokenFile, agents } = await openStage({
    prefix: 'drover-sandbox-',
    dir: options.dir === undefined ? undefined : resolve(options.dir),
    group: {
      name: groupName,
      minSize: min,
      maxSize: max,
      desiredCapacity: desired,
      launchHook: { name: launchHook, heartbeatTimeout: 300, defaultResult: 'ABANDON' },
      terminateHook: { name: 'runners-terminating', heartbeatTimeout: 300, defaultResult: 'ABANDON' },
    },
    host: options.agents
      ? stageAgents({}, options.runner)
      : ({ token, tokenFile }) =>
          byHandHost({
            groupName,
            launchHook,
            token,
            runner: options.runner,
            firstVariables: join(dirname(dirname(tokenFile)), 'vars.yml'),
            ready,
          }),
  });
  const names = { nameOfJob: String, instanceOfManager: rememberManagers(dir) };
  let page: SandboxPage | null = null;
  try {
    const { awsUrl, gitlabUrl, controlUrl } = sandbox;
    page = await openPageUnless(options.page, { title: 'sandbox', sandbox, dir, names, agents });
    const pageUrl = page?.url ?? null;
    const asked = `drover status --config ${dir}/instances/<id>/config.yml; so too explain, and chart --state <id>`;
    tell({
      text: [
        ...(pageUrl === null ? [] : [`status page              ${pageUrl}`]),
        `AWS (Auto Scaling, EC2)  ${awsUrl}`,
        `GitLab                   ${gitlabUrl}`,
        `control                  ${controlUrl}`,
        `files                    ${dir}`,
        ...(options.agents ? [`to ask an instance       ${asked}`] : []),
        `runner token             ${tokenFile}`,
        '',
        `export AWS_ENDPOINT_URL=${awsUrl} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox`,
        '',
        'Ctrl-C ends it.',
      ].join('\n'),
      event: { event: 'started', pageUrl, awsUrl, gitlabUrl, controlUrl, dir, tokenFile },
    });
    const { entry } = narrator(names, started, (told) => {
      tell(told);
      page?.tell(told);
    });
    sandbox.log.entries.forEach(entry);
    sandbox.log.subscribe(entry);
    await new Promise<void>((ended) => {
      if (signal.aborted) ended();
      signal.addEventListener('abort', () => ended(), { once: true });
    });
  } finally {
    await page?.close();
    await sandbox.close();
    if (options.agents) await endProcessesOf(join(dir, 'instances'));
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  }
}
