import { expect, test } from 'vitest';
import { readRunningJobs } from '../../src/sources/running-jobs.ts';
import { startServer } from '../support/http-server.ts';

test.each([
  [
    'all series count, whatever the state',
    200,
    'gitlab_runner_jobs{state="running"} 2\ngitlab_runner_jobs{state="idle"} 0\n',
    2,
  ],
  ['no series is no zero', 200, 'up 1\n', null],
  ['an error is no zero', 503, 'gitlab_runner_jobs 2\n', null],
  ['half a text is none', 200, 'gitlab_runner_jobs 2\ngitlab_ru', null],
])('%s', async (_, status, text, jobs) => {
  const server = await startServer((_request, response) => response.writeHead(status).end(text));
  expect(await readRunningJobs({ url: server.url, timeout: 5_000 }, new AbortController().signal)).toBe(jobs);
  await server.close();
});

test('nobody listens: null', async () => {
  const metrics = { url: 'http://127.0.0.1:9/metrics', timeout: 1_000 };
  expect(await readRunningJobs(metrics, new AbortController().signal)).toBeNull();
});
