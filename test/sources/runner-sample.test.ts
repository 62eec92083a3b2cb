import { describe, expect, test } from 'vitest';
import { parsePrometheusText } from '../../src/sources/prometheus-text.ts';
import { trackRejections } from '../../src/sources/rejections.ts';
import { type RequestCounts, readSample } from '../../src/sources/runner-sample.ts';

const VERSION = 'gitlab_runner_version_info{name="gitlab-runner",version="19.4.0"} 1';
const RUNNING = 'gitlab_runner_process_state_info{state="running"} 1';
const CONCURRENT = 'gitlab_runner_concurrent 4';
const IDLE = 'gitlab_runner_jobs{executor_stage="idle",runner="a",stage="idle",state="idle"} 0';

const read = (...lines: string[]) => readSample(Buffer.from(`${lines.join('\n')}\n`));
const healthy = [VERSION, RUNNING, CONCURRENT, IDLE];

describe('a sample', () => {
  test('sums the jobs of every series', () => {
    const sample = read(
      ...healthy,
      'gitlab_runner_jobs{runner="a",state="running",stage="step_script"} 2',
      'gitlab_runner_jobs{runner="b",state="terminated"} 1',
    );
    expect(sample).toMatchObject({ running: 3, limit: 4 });
  });

  test.each([
    [[0, 3], 4],
    [[1, 2], 3],
    [[9], 4],
    [[], 4],
  ])('with the limits %s of its runners has a limit of %i', (limits, limit) => {
    const lines = limits.map((value, index) => `gitlab_runner_limit{runner="${index}"} ${value}`);
    expect(read(...healthy, ...lines).limit).toBe(limit);
  });

  test.each<[string, string[], string]>([
    ['of another program', ['up 1', RUNNING, CONCURRENT, IDLE], 'not a GitLab Runner'],
    [
      'of a runner that starts',
      [VERSION, CONCURRENT, 'gitlab_runner_process_state_info{state="starting"} 1'],
      'is starting',
    ],
    [
      'of a runner that shuts down',
      [VERSION, CONCURRENT, IDLE, 'gitlab_runner_process_state_info{state="graceful-shutdown"} 1'],
      'is graceful-shutdown',
    ],
    ['without concurrent', [VERSION, RUNNING, IDLE], 'gitlab_runner_concurrent is missing'],
    ['without jobs', [VERSION, RUNNING, CONCURRENT], 'gitlab_runner_jobs is missing'],
    ['with NaN jobs', [...healthy, 'gitlab_runner_jobs{state="running"} NaN'], 'no count'],
    ['with fewer than no jobs', [...healthy, 'gitlab_runner_jobs{state="running"} -1'], 'no count'],
    ['with half a job', [...healthy, 'gitlab_runner_jobs{state="running"} 0.5'], 'no count'],
    ['with a broken line', [...healthy, 'gitlab_runner_jobs{state="running" 1'], 'cannot be read'],
    ['of nothing', [], 'not a GitLab Runner'],
  ])('%s is not believed', (_, lines, message) => {
    expect(() => read(...lines)).toThrow(message);
  });

  test('that is cut in its last line is not believed', () => {
    expect(() => readSample(Buffer.from(healthy.join('\n')))).toThrow('cut');
  });

  test('that is not UTF-8 is not believed', () => {
    expect(() => readSample(Buffer.from([0xff, 0x0a]))).toThrow('not UTF-8');
  });
});

test('the parser takes escapes, braces in labels, timestamps, exponents and Windows line ends', () => {
  const names = new Set(['a', 'b']);
  const text = '# HELP a x\na{l="q\\"}\\n{",m="2"} 1e3 1700000000\r\nb  +Inf\nother{ 1\n';
  expect(parsePrometheusText(text, names)).toEqual([
    { name: 'a', labels: { l: 'q"}\n{', m: '2' }, value: 1_000 },
    { name: 'b', labels: {}, value: Number.POSITIVE_INFINITY },
  ]);
});

describe('rejection', () => {
  const counts = (accepted: number, refused: number, healthFailures = refused): RequestCounts => ({
    accepted,
    refused,
    healthFailures,
  });
  const observeAll = (...scrapes: Record<string, RequestCounts>[]) => {
    const tracker = trackRejections();
    return scrapes.map((scrape) => tracker.observe(new Map(Object.entries(scrape))));
  };

  test('is seen after three refusals in a row', () => {
    expect(observeAll({ a: counts(5, 0) }, { a: counts(5, 2) }, { a: counts(5, 3) })).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('is seen at once where nothing was ever accepted', () => {
    expect(observeAll({ a: counts(0, 3) })).toEqual([true]);
  });

  test('is not inferred from a history that was not seen', () => {
    expect(observeAll({ a: counts(7, 3) }, { a: counts(8, 3) })).toEqual([false, false]);
  });

  test('ends with an accepted request', () => {
    expect(observeAll({ a: counts(0, 3) }, { a: counts(1, 3) })).toEqual([true, false]);
  });

  test('needs failed health checks: a single refusal of a proxy is none', () => {
    expect(observeAll({ a: counts(0, 3, 0) })).toEqual([false]);
  });

  test('of an old token is forgotten when a new one appears', () => {
    expect(observeAll({ a: counts(0, 3) }, { a: counts(0, 3), b: counts(1, 0) })).toEqual([true, false]);
  });

  test('starts anew with a new process', () => {
    expect(observeAll({ a: counts(9, 3) }, { a: counts(1, 0) }, { a: counts(1, 3) })).toEqual([
      false,
      false,
      true,
    ]);
  });
});
