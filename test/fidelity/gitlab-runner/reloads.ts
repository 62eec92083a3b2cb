import { type Performance, toTheEnd, until } from './performance.ts';

/** config.toml changes under a running process. */
export const reloads: Record<string, Performance> = {
  'concurrent-0-reload-with-job': {
    code: 1,
    script: ['sleep 8'],
    act: toTheEnd(async ({ calls, configure }) => {
      await calls('PATCH jobs/101', 1);
      configure({ globals: 'concurrent = 0' });
    }),
  },
  'local-pause': {
    code: null,
    script: ['sleep 11; echo ok'],
    act: until(async ({ tape, jobs, configure, shows, calls }) => {
      await jobs(1);
      configure({ tokens: [] });
      await shows('gitlab_runner_limit{', true);
      const paused = tape.calls('POST jobs/request').length;
      await calls('PATCH jobs/101', 1);
      if (tape.calls('POST jobs/request').length > paused) throw new Error('polled while paused');
      configure();
      await calls('POST jobs/request', paused + 1);
      await calls('PUT jobs/101', 2);
    }),
  },
  'local-pause-during-long-poll': {
    code: null,
    onRelease: true,
    script: ['sleep 1'],
    act: until(async ({ tape, configure, shows, calls }) => {
      await calls('POST jobs/request', 2);
      configure({ tokens: [] });
      await shows('gitlab_runner_limit{', true);
      tape.release();
      await calls('PUT jobs/101', 2);
    }),
  },
};
