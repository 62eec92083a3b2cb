import type { Clock } from '../clock.ts';
import { apiToken } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import { findRunner } from '../runner/process.ts';
import type { GroupReader } from '../sources/group-reader.ts';
import { startGroupState } from '../sources/group-state.ts';
import type { Imds } from '../sources/imds.ts';
import { type MetadataItem, startMetadata } from '../sources/metadata.ts';
import type { Poller } from '../sources/poller.ts';
import { startRunnerMetrics } from '../sources/runner-metrics.ts';
import { readPaused } from '../sources/runner-paused.ts';
import { startRunnerProcess } from '../sources/runner-process.ts';

/** The group is read this often (ms) at the least while the chart waits for it. */
const WATCHED_GROUP_INTERVAL = 5_000;

/** What is watched beside the group, which every host of the engine watches. */
export interface Watched {
  /** Items of the metadata. */
  metadata: readonly MetadataItem[];
  /** Only every so many intervals; default: every one. What is announced hours ahead can wait. */
  metadataEvery?: number;
  /** The runner's process. */
  runnerProcess: boolean;
  /** The runner's metrics. */
  runnerMetrics: boolean;
}

export interface SourceDeps {
  config: Config;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Logger;
  imds: Imds;
  reader: GroupReader;
  openMaintenance: string | null;
  /** When this boot began (engine's timeline). */
  bootedAt: number;
  emit(input: LifecycleInput): void;
}

export interface Sources {
  group: Poller;
  all: Poller[];
}

/** Starts the sources that a host of the engine needs. */
export function startSources(watched: Watched, deps: SourceDeps): Sources {
  const { config, clock, log, emit } = deps;
  const group = startGroupState({
    reader: deps.reader,
    clock,
    interval: WATCHED_GROUP_INTERVAL,
    emit,
    log,
  });
  const all = [group];
  if (watched.metadata.length > 0) {
    const { imds, openMaintenance, bootedAt } = deps;
    const interval = config.metadata.interval * (watched.metadataEvery ?? 1);
    const items = watched.metadata;
    all.push(startMetadata({ imds, clock, interval, items, openMaintenance, bootedAt, emit, log }));
  }
  if (watched.runnerProcess) all.push(startRunnerProcess({ settings: config.runner, clock, emit, log }));
  if (watched.runnerMetrics)
    all.push(startRunnerMetrics({ ...metricsDeps(config, deps.env), clock, emit, log }));
  return { group, all };
}

/** How often the group is read (ms): more often while the chart waits for it. */
export function groupInterval(config: Config, tags: ReadonlySet<string>): number {
  const { interval } = config.autoscaling;
  return tags.has('watchGroup') ? Math.min(interval, WATCHED_GROUP_INTERVAL) : interval;
}

function metricsDeps(config: Config, env: NodeJS.ProcessEnv) {
  const { url, interval, timeout } = config.metrics;
  const token = apiToken(config, env);
  const { configFile } = config.runner;
  return {
    url,
    interval,
    timeout,
    findRunner: () => findRunner(config.runner),
    ...(token === null
      ? {}
      : {
          readPaused: (signal: AbortSignal) =>
            readPaused({ url: config.gitlab.url, apiToken: token, configFile, timeout }, signal),
        }),
  };
}
