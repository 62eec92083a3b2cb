import { metrics, situations } from '../gitlab-runner/recordings.ts';
import type { RealPart } from '../table.ts';

/** The runner that was recorded; it is in no package registry. */
const version = '19.4.0';

export const runnerExchanges: RealPart = {
  name: 'gitlab-runner, recorded exchanges',
  version,
  row: 'situation',
  rows: situations,
};

export const runnerMetrics: RealPart = {
  name: 'gitlab-runner, recorded metrics',
  version,
  row: 'state',
  rows: ['families', ...Object.keys(metrics.states)],
};
