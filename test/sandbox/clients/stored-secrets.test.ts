import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareHost } from '../../../src/sandbox/host.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { pythonOfAnsible } from './python-of-ansible.ts';

const TOKEN = 'glrt-t1_abcdefghijklmnopqrst';

let dir: string;
let sandbox: Sandbox;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-stored-'));
  const group = { name: 'runners', minSize: 0, maxSize: 0, desiredCapacity: 0 };
  sandbox = await startSandbox({ dir, host: bareHost, group });
  sandbox.stored.parameters.set('/runners/token', TOKEN);
  sandbox.stored.secrets.set('runners/api', '{"token":"glpat-api"}');
});
afterAll(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

describe('SSM Parameter Store and Secrets Manager of the sandbox', () => {
  test('boto3 reads both, and understands every refusal', async () => {
    const script = join(import.meta.dirname, 'stored_secrets.py');
    const { stdout } = await execa(await pythonOfAnsible(), [script, sandbox.awsUrl], {
      env: { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' },
    });
    const told = JSON.parse(stdout);
    expect(told.parameter).toMatchObject({ Name: '/runners/token', Type: 'SecureString', Value: TOKEN });
    expect(told.encrypted).not.toContain(TOKEN);
    expect(told.secret).toMatchObject({ Name: 'runners/api', SecretString: '{"token":"glpat-api"}' });
    expect(told.byArn).toBe(told.secret.SecretString);
    expect(told.noSuchParameter).toEqual(['ParameterNotFound', '']);
    expect(told.noSuchSecret[0]).toBe('ResourceNotFoundException');
    expect(told.noSuchOperation[0]).toBe('UnknownOperationException');
  }, 60_000);

  test('curl reads a parameter by the JSON protocol', async () => {
    const { stdout } = await execa('curl', [
      '--silent',
      ...['--header', 'X-Amz-Target: AmazonSSM.GetParameter'],
      ...['--header', 'Content-Type: application/x-amz-json-1.1'],
      ...['--data', '{"Name":"/runners/token","WithDecryption":true}', `${sandbox.awsUrl}/`],
    ]);
    expect(JSON.parse(stdout).Parameter.Value).toBe(TOKEN);
  });

  test('what is read is not in the log of what happened', () => {
    const calls = sandbox.log.entries.filter(({ operation }) => operation === 'GetParameter');
    expect(calls[0]).toMatchObject({ service: 'ssm', mutating: false, params: { name: '/runners/token' } });
    expect(readFileSync(join(dir, 'events.ndjson'), 'utf8')).not.toContain(TOKEN);
  });
});
