import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseDuration } from '../src/config/duration.ts';
import { apiToken, readableSecrets, requireSecrets, runnerToken } from '../src/config/secrets.ts';
import { loadConfig } from '../src/config.ts';
import { ConfigError } from '../src/errors.ts';

const directory = mkdtempSync(join(tmpdir(), 'drover-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

const minimal = 'gitlab: {url: "https://gitlab.example.com/"}\nrunners: [{tokenEnv: RUNNER_TOKEN}]\n';
let files = 0;
function file(content: string | Uint8Array): string {
  files += 1;
  const path = join(directory, `${files}.yml`);
  writeFileSync(path, content);
  return path;
}
const load = (content: string | Uint8Array, env: NodeJS.ProcessEnv = {}) => loadConfig(file(content), env);

describe('a configuration that is right', () => {
  test('needs only GitLab and a runner; the rest has defaults', () => {
    const config = load(minimal);
    expect(config.gitlab.url).toBe('https://gitlab.example.com');
    expect(config.metadata).toEqual({ endpoint: 'http://169.254.169.254', interval: 2_000, timeout: 1_000 });
    expect(config.lifecycle).toMatchObject({
      idleThreshold: 600_000,
      initTimeout: 600_000,
      protection: 'auto',
    });
    expect(config.runners[0]).toMatchObject({ executor: 'shell', limit: 0, runnerType: 'instance_type' });
  });

  test('takes durations with a unit, and bare numbers as seconds', () => {
    const config = load(`${minimal}metrics: {interval: 500ms, timeout: 3}\nlifecycle: {drainLimit: 2h}\n`);
    expect(config.metrics).toMatchObject({ interval: 500, timeout: 3_000 });
    expect(config.lifecycle.drainLimit).toBe(7_200_000);
  });

  test('lets the environment win over the file', () => {
    const content = `${minimal}runner: {concurrent: 2}\nmetrics: {interval: 20s}\n`;
    const env = { DROVER_RUNNER_CONCURRENT: '8', DROVER_METRICS_INTERVAL: '5s', DROVER_STATE_DIR: '/tmp/d' };
    const config = load(content, env);
    expect([config.runner.concurrent, config.metrics.interval, config.stateDir]).toEqual([
      8,
      5_000,
      '/tmp/d',
    ]);
  });

  test('takes the endpoints of the AWS SDKs where it has none of its own', () => {
    const env = {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1338',
      AWS_ENDPOINT_URL_AUTO_SCALING: 'http://127.0.0.1:4566',
    };
    expect(load(minimal, env).metadata.endpoint).toBe('http://127.0.0.1:1338');
    expect(load(minimal, env).autoscaling.endpoint).toBe('http://127.0.0.1:4566');
    expect(load(`${minimal}metadata: {endpoint: "http://127.0.0.1:7"}\n`, env).metadata.endpoint).toBe(
      'http://127.0.0.1:7',
    );
  });

  test('reads the metrics where the runner is told to listen', () => {
    expect(load(`${minimal}runner: {listenAddress: "127.0.0.1:9252"}\n`).metrics.url).toBe(
      'http://127.0.0.1:9252/metrics',
    );
    expect(load(minimal).metrics.url).toBe('http://localhost:9090/metrics');
  });
});

describe('a configuration that is wrong', () => {
  test.each([
    [
      'an unknown key names the nearest',
      `${minimal}metrics: {intervall: 5s}\n`,
      'metrics.intervall is not a setting; did you mean interval?',
    ],
    [
      'an unknown section names the nearest',
      `${minimal}metrix: {}\n`,
      'metrix is not a setting; did you mean metrics?',
    ],
    [
      'a key in the wrong section names the right one',
      `${minimal}idleThreshold: 5m\n`,
      'did you mean lifecycle.idleThreshold?',
    ],
    ['a missing key', 'runners: [{tokenEnv: T}]\n', 'gitlab.url is missing'],
    ['a wrong unit', `${minimal}metrics: {interval: 5 years}\n`, 'metrics.interval is not a duration'],
    ['a wrong type', `${minimal}runner: {concurrent: many}\n`, 'runner.concurrent must be of type number'],
    ['a wrong choice', `${minimal}runner: {serviceManager: upstart}\n`, 'must be one of systemd, process'],
    [
      'a URL of another kind',
      'gitlab: {url: "ftp://x"}\nrunners: [{tokenEnv: T}]\n',
      'gitlab.url must be a URL',
    ],
    ['a relative path', `${minimal}stateDir: state\n`, 'stateDir must be an absolute path'],
    ['no runner', 'gitlab: {url: "http://x"}\nrunners: []\n', 'runners must list at least one runner'],
    ['a runner without a token', 'gitlab: {url: "http://x"}\nrunners: [{}]\n', 'runners[0] has no token'],
    [
      'a token from two places',
      'gitlab: {url: "http://x"}\nrunners: [{tokenEnv: A, tokenCredential: b}]\n',
      'runners[0] has both tokenEnv and tokenCredential: keep one',
    ],
    [
      'an API token from two places',
      'gitlab: {url: "http://x", apiTokenFile: /a, apiTokenCredential: b}\nrunners: [{}]\n',
      'gitlab has both apiTokenFile and apiTokenCredential: keep one',
    ],
    [
      'a credential that is a path',
      'gitlab: {url: "http://x"}\nrunners: [{tokenCredential: ../x}]\n',
      'runners[0].tokenCredential must be a name of letters, digits, _, . and -',
    ],
    [
      'a registration without a token',
      'gitlab: {url: "http://x", apiTokenFile: /a}\nrunners: [{tokenKind: registration}]\n',
      'runners[0].tokenKind is registration, and there is no such token',
    ],
    [
      'two runners of one name',
      'gitlab: {url: "http://x"}\nrunners: [{tokenEnv: A}, {tokenEnv: B}]\n',
      'runners[1].name is the instance id twice',
    ],
    [
      'a group runner without its group',
      'gitlab: {url: "http://x"}\nrunners: [{tokenEnv: A, runnerType: group_type}]\n',
      'runners[0].groupId is missing',
    ],
    ['a section that is no mapping', `${minimal}metrics: 5\n`, 'metrics must be of type object'],
    ['no mapping at all', '- 1\n', 'must hold a mapping'],
    ['broken YAML', 'gitlab: {url\n', 'is not valid YAML'],
    ['a key given twice', `${minimal}stateDir: /a\nstateDir: /b\n`, 'is not valid YAML'],
  ])('%s', (_, content, message) => {
    expect(() => load(content)).toThrow(ConfigError);
    expect(() => load(content)).toThrow(message);
  });

  test('a file that is not UTF-8 says so', () => {
    expect(() => load(Buffer.from([0x67, 0xff, 0xfe]))).toThrow('is not UTF-8 text: save it as UTF-8');
  });

  test('a file that is missing says how to name another', () => {
    expect(() => loadConfig(join(directory, 'none.yml'), {})).toThrow('name another with --config');
  });

  test('an unknown variable names the nearest', () => {
    expect(() => load(minimal, { DROVER_METRICS_INTERVAL_: '5s' })).toThrow(
      'did you mean DROVER_METRICS_INTERVAL?',
    );
  });

  test('all mistakes are told at once', () => {
    expect(() => load(`${minimal}stateDir: x\nrunDir: y\n`)).toThrow(/stateDir.*runDir/s);
  });
});

describe('secrets', () => {
  test('come from the variable or the file that the configuration names', () => {
    const token = file('glrt-from-a-file\n');
    const config = load(
      `gitlab: {url: "http://x", apiTokenFile: ${file('glpat-api')}}\nrunners: [{name: a, tokenFile: ${token}}, {name: b, tokenEnv: T}, {}]\n`,
    );
    expect(config.runners.map((runner) => runnerToken(runner, { T: 'glrt-env' }))).toEqual([
      'glrt-from-a-file',
      'glrt-env',
      null,
    ]);
    expect(apiToken(config, {})).toBe('glpat-api');
    expect(readableSecrets(config, {})).toEqual(['glpat-api', 'glrt-from-a-file']);
  });

  test('come as credentials of the unit, where the configuration names them', () => {
    const credentials = mkdtempSync(join(directory, 'credentials-'));
    writeFileSync(join(credentials, 'shared-runner'), 'glrt-credential\n');
    writeFileSync(join(credentials, 'gitlab.api'), 'glpat-credential');
    const config = load(
      'gitlab: {url: "http://x", apiTokenCredential: gitlab.api}\nrunners: [{tokenCredential: shared-runner}]\n',
    );
    const env = { CREDENTIALS_DIRECTORY: credentials };
    expect(config.runners.map((runner) => runnerToken(runner, env))).toEqual(['glrt-credential']);
    expect(apiToken(config, env)).toBe('glpat-credential');
    expect(readableSecrets(config, env)).toEqual(['glpat-credential', 'glrt-credential']);
  });

  test.each([
    ['that is not there', null],
    ['that the unit passed on as empty', '\n'],
  ])('a credential %s is one message with the mend', (_, content) => {
    const credentials = mkdtempSync(join(directory, 'credentials-'));
    if (content !== null) writeFileSync(join(credentials, 'runner-token'), content);
    const config = load('gitlab: {url: "http://x"}\nrunners: [{tokenCredential: runner-token}]\n');
    expect(() => requireSecrets(config, { CREDENTIALS_DIRECTORY: credentials })).toThrow(
      'runners[].tokenCredential names the credential runner-token, which is missing: write the token to ' +
        '/etc/drover/credentials/runner-token (0600), and start the unit again, or run playbooks/install.yml',
    );
  });

  test('a credential that holds more than a token is refused', () => {
    const credentials = mkdtempSync(join(directory, 'credentials-'));
    writeFileSync(join(credentials, 't'), 'token: glrt-x\n');
    const config = load('gitlab: {url: "http://x"}\nrunners: [{tokenCredential: t}]\n');
    expect(() => requireSecrets(config, { CREDENTIALS_DIRECTORY: credentials })).toThrow(
      'the credential t (runners[].tokenCredential) must hold one token and nothing else',
    );
  });

  test('a variable that is not set is an error that names it', () => {
    const config = load(minimal);
    expect(() => config.runners.map((runner) => runnerToken(runner, {}))).toThrow(
      'RUNNER_TOKEN, which is not set',
    );
  });
});

test.each([
  ['1.5s', 1_500],
  ['10', 10_000],
  [0.25, 250],
  ['25d', null],
  ['-1s', null],
  ['', null],
  [Number.NaN, null],
])('the duration %s is %s ms', (written, ms) => {
  expect(parseDuration(written)).toBe(ms);
});

describe('the status page', () => {
  const status = (section: string, env: NodeJS.ProcessEnv = {}) =>
    load(`${minimal}status: ${section}\n`, env).status;

  test('is off unless it is asked for, and needs no token on loopback', () => {
    expect(load(minimal).status.listen).toBe('off');
    for (const listen of ['127.0.0.1:9180', 'localhost:0', '"[::1]:9180"', 'off']) {
      expect(() => status(`{listen: ${listen}}`)).not.toThrow();
    }
    expect(load(minimal, { DROVER_STATUS_LISTEN: '127.0.0.1:9180' }).status.listen).toBe('127.0.0.1:9180');
  });

  test('is not shown to other hosts without a token', () => {
    for (const listen of ['0.0.0.0:9180', '10.0.0.7:9180', '"[::]:9180"', 'runner.example.com:9180']) {
      expect(() => status(`{listen: ${listen}}`)).toThrow(/which other hosts reach: set status.tokenFile/);
      expect(status(`{listen: ${listen}, tokenFile: /etc/drover/status-token}`).tokenFile).toBeDefined();
    }
  });

  test('listens on host:port or not at all', () => {
    for (const listen of ['9180', '":9180"', '127.0.0.1', 'on']) {
      expect(() => status(`{listen: ${listen}}`)).toThrow(ConfigError);
    }
  });

  test('its token is a secret: read from its file, and taken out of every log', () => {
    const token = file('look-but-do-not-touch\n');
    const config = load(`${minimal}status: {listen: "0.0.0.0:1", tokenFile: ${token}}\n`);
    expect(readableSecrets(config, {})).toEqual(['look-but-do-not-touch']);
  });
});
