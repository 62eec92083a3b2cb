import { expect, test } from 'vitest';
import { createLogger, Secrets } from '../src/logger.ts';

function logged(secrets: Secrets, write: (log: ReturnType<typeof createLogger>) => void): string {
  let out = '';
  const destination = {
    write: (line: string) => {
      out += line;
    },
  };
  write(createLogger({ level: 'info', secrets, base: { instanceId: 'i-1' }, destination }));
  return out;
}

test('a line is one JSON object with the level as a word', () => {
  const line = logged(new Secrets(), (log) => log.info({ running: 2 }, 'saturated'));
  expect(JSON.parse(line)).toMatchObject({ level: 'info', instanceId: 'i-1', running: 2, msg: 'saturated' });
});

test('a known secret is masked wherever it stands, also escaped and within an error', () => {
  const secret = 'pass"word\\1';
  const line = logged(new Secrets([secret]), (log) => {
    log.info({ deep: { text: `x${secret}y` }, url: encodeURIComponent(secret) }, secret);
    log.error({ err: new Error(`refused ${secret}`) }, 'failed');
  });
  expect(line).not.toContain('word');
  expect(line.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(4);
});

test('tokens of GitLab are masked although nobody named them', () => {
  const line = logged(new Secrets(), (log) =>
    log.info({ a: 'glrt-t1_Abcdefgh123', b: 'glpat-12345678' }, 'x'),
  );
  expect(line).not.toMatch(/Abcdefgh|12345678/);
});

test('a secret that is added later is masked from then on', () => {
  const secrets = new Secrets();
  const line = logged(secrets, (log) => {
    secrets.add('late-secret');
    log.info('late-secret');
  });
  expect(line).not.toContain('late-secret');
});

test('an error says what it is and what happened, without a stack', () => {
  const refused = Object.assign(new TypeError('connect ECONNREFUSED', { cause: new Error('deeper') }), {
    code: 'ECONNREFUSED',
  });
  const line = logged(new Secrets(), (log) => log.warn({ err: refused }, 'no answer'));
  expect(JSON.parse(line).err).toEqual({
    type: 'TypeError',
    code: 'ECONNREFUSED',
    message: 'connect ECONNREFUSED',
  });
});

test('at level debug an error brings its stack', () => {
  let line = '';
  const destination = {
    write: (text: string) => {
      line += text;
    },
  };
  createLogger({ level: 'debug', destination }).warn({ err: new Error('no answer') }, 'x');
  expect(JSON.parse(line).err.stack).toContain('logger.test.ts');
});
