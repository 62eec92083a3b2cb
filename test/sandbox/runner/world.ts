import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../src/clock.ts';
import { Faults } from '../../../src/sandbox/faults.ts';
import { createGitlab, type GitlabOptions } from '../../../src/sandbox/gitlab/gitlab.ts';
import { EventLog, type LogEntry } from '../../../src/sandbox/log.ts';

const BINARY = resolve(import.meta.dirname, '../../../sandbox/bin/gitlab-runner');

const clock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimer(at, callback) {
    const timer = setTimeout(callback, at - performance.now());
    return () => clearTimeout(timer);
  },
};

/** A runner process that a test started. */
export interface RunningRunner {
  pid: number;
  metricsUrl: string;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, and what it wrote to stderr. */
  ended: Promise<{ code: number | null; stderr: string }>;
}

/** The sandbox's GitLab and a directory for one runner. */
export async function startWorld(options: Partial<GitlabOptions> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'drover-runner-'));
  const log = new EventLog(clock);
  const faults = new Faults();
  const gitlab = createGitlab({ clock, log, faults, updateInterval: 1, ...options });
  await gitlab.start();
  const children = new Set<ChildProcess>();
  const configFile = join(dir, 'etc', 'config.toml');
  mkdirSync(join(dir, 'etc'));
  writeFileSync(join(dir, 'machine-id'), `machine of ${dir}`);

  const start = (args: string[], env: Record<string, string> = {}) => {
    const child = spawn(BINARY, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH ?? '', HOME: dir, ...env },
    });
    children.add(child);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = new Promise<{ code: number | null; stderr: string }>((done) =>
      child.once('exit', (code) => {
        children.delete(child);
        done({ code, stderr });
      }),
    );
    return { child, ended };
  };

  return {
    dir,
    configFile,
    gitlab,
    log,
    faults,
    /** Runs a command of the executable to its end. */
    command: (...args: string[]) => start([...args, '--config', configFile]).ended,
    /** Writes config.toml with these global lines and one section a token. */
    configure(globals: string, tokens: string[], section = ''): void {
      const sections = tokens.map(
        (token, index) =>
          `[[runners]]\nname = "demo-${index}"\nurl = "${gitlab.url}"\nid = 1\ntoken = "${token}"\nexecutor = "shell"\n${section}\n`,
      );
      writeFileSync(configFile, `check_interval = 1\n${globals}\n${sections.join('\n')}`, { mode: 0o600 });
    },
    readConfig: () => readFileSync(configFile, 'utf8'),
    /** Starts `run` and waits for its metrics page. */
    async run(env: Record<string, string> = {}): Promise<RunningRunner> {
      const port = await freePort();
      const address = `127.0.0.1:${port}`;
      const { child, ended } = start(
        ['run', '--config', configFile, '--working-directory', dir, '--listen-address', address],
        env,
      );
      const metricsUrl = `http://${address}/metrics`;
      await until('metrics', async () => {
        if (child.exitCode !== null) throw new Error(`run ended: ${(await ended).stderr}`);
        return (await fetch(metricsUrl).catch(() => null))?.ok ?? false;
      });
      return { pid: child.pid ?? 0, metricsUrl, kill: (signal) => child.kill(signal), ended };
    },
    /** Waits for a change of state of a job. */
    job: (id: number, state: string) =>
      log.waitFor((entry) => entry.subject === 'job' && entry.id === id && entry.state === state, 15_000),
    calls: (operation?: string): LogEntry[] =>
      log.entries.filter(
        (entry) => entry.kind === 'call' && (operation === undefined || entry.operation === operation),
      ),
    async close(): Promise<void> {
      for (const child of children) child.kill('SIGKILL');
      await gitlab.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Resolves when the condition holds, looked at every 20 ms. Rejects after `patience` (ms). */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  patience = 15_000,
): Promise<void> {
  const limit = performance.now() + patience;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`not seen in time: ${what}`);
    await delay(20);
  }
}

/** The value of the first series of a metrics page whose line starts with `series`; null when there is none. */
export function sampleOf(page: string, series: string): number | null {
  const line = page.split('\n').find((candidate) => candidate.startsWith(series));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(' ')));
}

/** The sum of gitlab_runner_jobs. */
export const jobsIn = (page: string): number =>
  page
    .split('\n')
    .filter((line) => line.startsWith('gitlab_runner_jobs{'))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);

export const pageOf = async (url: string): Promise<string> => (await fetch(url)).text();

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** A test body with a world of its own, so that tests of one file can run side by side. */
export const inWorld =
  (body: (world: World) => Promise<void>, options: Partial<GitlabOptions> = {}) =>
  async () => {
    const world = await startWorld(options);
    try {
      await body(world);
    } finally {
      await world.close();
    }
  };
