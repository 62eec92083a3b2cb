import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunnerSettings } from '../../src/runner/process.ts';

/** Says that it runs, starts one child in a session of its own as jobs have, and notes each signal. */
const SCRIPT = `
const { spawn } = require('node:child_process');
const job = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
for (const signal of ['SIGQUIT', 'SIGTERM']) process.on(signal, () => console.log(signal));
setInterval(() => {}, 1000);
console.log('job ' + job.pid);
`;

export interface FakeRunner {
  pid: number;
  jobPid: number;
  settings: RunnerSettings;
  output(): string;
  exited: Promise<unknown>;
  close(): void;
}

/** A process whose command line is that of a runner with its own configuration file. */
export async function startFakeRunner(): Promise<FakeRunner> {
  const directory = mkdtempSync(join(tmpdir(), 'drover-runner-'));
  const configFile = join(directory, 'config.toml');
  const pidFile = join(directory, 'runner.pid');
  writeFileSync(join(directory, 'gitlab-runner'), SCRIPT);
  writeFileSync(
    configFile,
    '[[runners]]\nid = 7\nname = "i-1"\nurl = "http://x"\ntoken = "glrt-x"\n[[runners]]\nname = "none"\n',
  );
  const child: ChildProcess = spawn(
    process.execPath,
    [join(directory, 'gitlab-runner'), 'run', '--config', configFile],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'exit');
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  const pid = child.pid as number;
  const jobPid = Number(/job (\d+)/.exec(output)?.[1]);
  writeFileSync(pidFile, `${pid}\n`);
  return {
    pid,
    jobPid,
    output: () => output,
    exited,
    settings: {
      binary: 'gitlab-runner',
      configFile,
      concurrent: 1,
      checkInterval: 1,
      shutdownTimeout: 1,
      listenAddress: 'localhost:9090',
      serviceManager: 'process',
      unit: 'gitlab-runner.service',
      pidFile,
    },
    close() {
      child.kill('SIGKILL');
      if (isAlive(jobPid)) process.kill(jobPid, 'SIGKILL');
      rmSync(directory, { recursive: true });
    },
  };
}

/** Whether the process runs; one that has ended and waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
