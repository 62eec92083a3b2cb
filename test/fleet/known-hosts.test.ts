import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { knownKeys } from '../../src/fleet/known-hosts.ts';
import { whyNoSshKeygen } from './sshd.ts';

const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIGFsbCB0aGUga2V5cyBvZiB0aGlzIHRlc3Q=';
const line = (hosts: string, type = 'ssh-ed25519') => `${hosts} ${type} ${key} a comment`;

test.each([
  ['its name', line('10.0.0.5'), 22, 1],
  ['its id', line('i-0aa'), 22, 1],
  ['one of several names', line('other,10.0.0.5'), 22, 1],
  ['a pattern', line('10.0.0.*'), 22, 1],
  ['a pattern that leaves it out', line('10.0.0.*,!10.0.0.5'), 22, 0],
  ['a pattern that is not one of letters', line('10.0.0.?'), 22, 1],
  ['another port', line('10.0.0.5'), 2222, 0],
  ['that port', line('[10.0.0.5]:2222'), 2222, 1],
  ['a dot that is no pattern', line('10x0x0x5'), 22, 0],
  ['a remark', `# ${line('10.0.0.5')}`, 22, 0],
  ['an authority', `@cert-authority ${line('10.0.0.5')}`, 22, 0],
  ['half a line', '10.0.0.5 ssh-ed25519', 22, 0],
])('a key under %s', (_, text, port, found) => {
  expect(knownKeys(`\n${text}\n`, ['10.0.0.5', 'i-0aa'], port)).toHaveLength(found);
});

test('a revoked key is told as such', () => {
  expect(knownKeys(`@revoked ${line('*')}`, ['10.0.0.5'], 22)[0]).toMatchObject({ revoked: true });
});

if (whyNoSshKeygen !== null) console.warn(whyNoSshKeygen);

test.skipIf(whyNoSshKeygen !== null)('names that ssh-keygen -H has hashed are found', () => {
  const dir = mkdtempSync(join(tmpdir(), 'drover-known-hosts-'));
  const path = join(dir, 'known_hosts');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'key')]);
  writeFileSync(path, `[10.0.0.5]:2222 ${readFileSync(join(dir, 'key.pub'), 'utf8')}`);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' });
  const text = readFileSync(path, 'utf8');
  expect(text).toMatch(/^\|1\|/);
  expect(knownKeys(text, ['10.0.0.5'], 2222)).toHaveLength(1);
  expect(knownKeys(text, ['10.0.0.6'], 2222)).toHaveLength(0);
  rmSync(dir, { recursive: true });
});
