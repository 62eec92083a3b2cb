import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addDryRunOptions } from '../../src/cli/dry-run-options.ts';
import { drover } from './drover.ts';

test('an unknown command is named, with the one that was meant, and exits with 2', async () => {
  const { exitCode, stderr, stdout } = await drover(['chrat']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("unknown command 'chrat'");
  expect(stderr).toContain('Did you mean chart?');
  expect(stdout).toBe('');
});

test('an unknown option is named, with the one that was meant, and exits with 2', async () => {
  const { exitCode, stderr } = await drover(['init', '--chekc']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("unknown option '--chekc'");
  expect(stderr).toContain('--check');
});

test('a value that an option does not know is refused with the ones that it knows', async () => {
  const { exitCode, stderr } = await drover(['chart', '--format', 'png']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('mermaid');
});

test('an argument too many is refused', async () => {
  const { exitCode, stderr } = await drover(['status', 'now']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('too many arguments');
});

test('without a command the help is shown, and nothing else happens', async () => {
  const { exitCode, stderr } = await drover([]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Usage: drover');
});

test('help and version succeed, and every command has an example', async () => {
  const { exitCode, stdout } = await drover(['--help']);
  expect(exitCode).toBe(0);
  const commands = ['demo', 'sandbox', 'agent', 'init', 'unreg', 'scale-up', 'status', 'reap', 'chart'];
  for (const command of commands) expect(stdout).toContain(`  ${command} `);
  for (const command of ['init', 'chart']) {
    expect((await drover([command, '--help'])).stdout).toContain('Example:');
  }
  expect((await drover(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+$/);
});

test('--dry-run on a command that plays once is --check and --diff', () => {
  const parsed = (...args: string[]) => addDryRunOptions(new Command()).parse(args, { from: 'user' }).opts();
  expect(parsed('--dry-run')).toMatchObject({ check: true, diff: true });
  expect(parsed()).toMatchObject({ check: false, diff: false });
});
