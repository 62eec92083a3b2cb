import type http from 'node:http';
import { join } from 'node:path';
import { type FlagSpec, parseFlags } from '../arguments.ts';
import { readConfig } from '../config/read.ts';
import { type JobUser, jobUser } from '../job/user.ts';
import { FatalError, log, onLog } from '../log.ts';
import { RunnerMetrics } from '../metrics/runner-metrics.ts';
import { startDebugServer } from '../process/debug-server.ts';
import { Health } from '../process/health.ts';
import { Intake } from '../process/intake.ts';
import { ConfigReload, checkConcurrent, warnOfLongPolling } from '../process/reload.ts';
import { exitNow, Shutdown } from '../process/shutdown.ts';
import type { RunnerProcess } from '../process/state.ts';
import { Workers } from '../process/workers.ts';
import { systemId } from '../system-id.ts';
import { REVISION, VERSION } from '../version.ts';
import { CONFIG_FLAG, configPath } from './config-flag.ts';

const FLAGS: Record<string, FlagSpec> = {
  ...CONFIG_FLAG,
  'working-directory': { kind: 'string', aliases: ['d'] },
  'listen-address': { kind: 'string', env: 'LISTEN_ADDRESS' },
  user: { kind: 'string', aliases: ['u'] },
  service: { kind: 'string', aliases: ['n'] },
  syslog: { kind: 'boolean' },
};

/** `gitlab-runner run`: takes jobs until a signal ends it. */
export async function run(args: string[]): Promise<void> {
  const flags = parseFlags(args, FLAGS);
  if (flags['working-directory']) enter(flags['working-directory']);
  const configFile = configPath(flags);
  const runner = createProcess(configFile, jobUser(flags.user));
  let server: http.Server | null = null;
  const exit = (code: number) => exitNow(server, code);
  const fatal = (error: FatalError) => {
    log('fatal', error.message);
    exit(1);
  };
  const intake = new Intake(runner, () => shutdown.checkDone());
  const reload = new ConfigReload(runner, fatal);
  const shutdown: Shutdown = new Shutdown(runner, intake, reload, exit);
  for (const signal of ['SIGQUIT', 'SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => shutdown.on(signal));
  process.on('SIGHUP', () => void reload.check(true));

  log('info', 'Starting multi-runner', { config: configFile, version: VERSION, revision: REVISION });
  warnOfLongPolling(runner);
  const address = flags['listen-address'] ?? runner.config.listenAddress;
  if (address) server = await startDebugServer(runner, address);
  else log('info', 'listen_address not defined, metrics & debug endpoints disabled');
  if (runner.state !== 'starting') return;
  runner.state = 'running';
  void runner.workers.resize(runner.config.concurrent);
  reload.start();
  intake.start();
}

function createProcess(configFile: string, user: JobUser | null): RunnerProcess {
  const id = systemId(configFile);
  const metrics = new RunnerMetrics(id);
  onLog((level) => metrics.countLog(level));
  const config = loadOrFail(configFile);
  checkConcurrent(config.concurrent);
  metrics.loaded(config);
  const count = (operation: 'started' | 'stopped') =>
    metrics.registry.add('gitlab_runner_worker_slot_operations_total', { operation });
  return {
    configFile,
    config,
    systemId: id,
    buildsDir: join(process.cwd(), 'builds'),
    user,
    state: 'starting',
    workers: new Workers(count),
    health: new Health(),
    metrics,
    builds: new Set(),
    reserved: new Set(),
    intake: new AbortController(),
  };
}

function loadOrFail(configFile: string) {
  try {
    return readConfig(configFile);
  } catch (error) {
    throw new FatalError(`loading config file ${configFile}: ${String(error)}`);
  }
}

function enter(directory: string): void {
  try {
    process.chdir(directory);
  } catch (error) {
    throw new FatalError(String(error));
  }
}
