import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobsIn, pageOf, type RunningRunner, startWorld, until } from '../../sandbox/runner/world.ts';
import type { Performance } from './performance.ts';
import { recording } from './recordings.ts';
import { Tape } from './tape.ts';

export const SYSTEM_ID = 's_0123456789ab';
export const TOKENS = ['glrt-t1_EXAMPLEtokenAAAAAAAAAA', 'glrt-t1_EXAMPLEtokenBBBBBBBBBB'];

export interface ConfigText {
  globals?: string;
  tokens?: string[];
}

/** The sandbox's runner as the recorded one was: the same token, name and system id, and a tape in GitLab's place. */
export interface Stage {
  tape: Tape;
  /** `run`, once it answers with metrics. */
  runner(): Promise<RunningRunner>;
  /** Another command of the executable, to its end. */
  command(...args: string[]): Promise<{ code: number | null; stderr: string }>;
  configure(config?: ConfigText): void;
  readConfig(): string;
  metrics(): Promise<string>;
  /** So many running jobs in the metrics, each in its script. */
  jobs(count: number): Promise<void>;
  shows(text: string, not?: boolean): Promise<void>;
  /** So many requests whose call begins so. */
  calls(start: string, count: number): Promise<void>;
}

/** Plays one recorded situation, gives what the runner sent and how it ended (null: it still ran). */
export async function perform(
  situation: string,
  { script, onRelease, globals, act }: Performance,
): Promise<{ tape: Tape; code: number | null }> {
  const world = await startWorld();
  const tape = new Tape(recording(situation), { ...(script && { script }), ...(onRelease && { onRelease }) });
  try {
    const url = await tape.start();
    writeFileSync(join(world.dir, 'etc', '.runner_system_id'), SYSTEM_ID, { mode: 0o600 });
    let running: RunningRunner | null = null;
    const metrics = () => pageOf(running?.metricsUrl ?? '');
    const stage: Stage = {
      tape,
      configure: (config) =>
        writeFileSync(world.configFile, configText(url, globals, config), { mode: 0o600 }),
      readConfig: world.readConfig,
      command: (name, ...args) =>
        world.command(name ?? '', ...args.map((arg) => (arg === 'URL' ? url : arg))),
      async runner() {
        running = await world.run();
        return running;
      },
      metrics,
      jobs: (count) =>
        until(`${count} jobs in the metrics`, async () => {
          const page = await metrics();
          return jobsIn(page) === count && page.includes('stage="step_script"');
        }),
      shows: (text, not = false) =>
        until(`${not ? 'no ' : ''}${text}`, async () => (await metrics()).includes(text) !== not),
      calls: (start, count) => until(`${count} × ${start}`, () => tape.calls(start).length >= count, 60_000),
    };
    stage.configure();
    return { tape, code: await act(stage) };
  } finally {
    await world.close();
    tape.close();
  }
}

function configText(
  url: string,
  globals = '',
  { globals: more = '', tokens = TOKENS.slice(0, 1) }: ConfigText = {},
) {
  const sections = tokens.map(
    (token, index) =>
      `[[runners]]\nname = "demo-runner${index > 0 ? `-${index + 1}` : ''}"\nurl = "${url}"\nid = 7\ntoken = "${token}"\nexecutor = "shell"\n`,
  );
  const lines = {
    concurrent: 2,
    check_interval: 1,
    shutdown_timeout: 30,
    ...tomlLines(`${globals}\n${more}`),
  };
  return `${Object.entries(lines)
    .map(([name, value]) => `${name} = ${value}`)
    .join('\n')}\n${sections.join('\n')}`;
}

const tomlLines = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(\w+) = (.+)$/gm)].map(([, name, value]) => [name, value]));
