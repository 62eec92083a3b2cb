import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectory } from '../src/directory.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-directory-'));
});
afterEach(() => rmSync(home, { recursive: true }));

test('what is missing is made, for its owner alone; what is there stays', () => {
  makeDirectory(join(home, 'a', 'b'), 'stateDir');
  expect([join(home, 'a'), join(home, 'a', 'b')].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o700,
  ]);
  mkdirSync(join(home, 'c'), { mode: 0o755 });
  makeDirectory(join(home, 'c'), 'stateDir');
  expect(statSync(join(home, 'c')).mode & 0o777).toBe(0o755);
});

test('a link to a directory will do, a dangling one will not', () => {
  symlinkSync(home, join(home, 'good'));
  makeDirectory(join(home, 'good'), 'runDir');
  symlinkSync(join(home, 'none'), join(home, 'bad'));
  expect(() => makeDirectory(join(home, 'bad'), 'runDir')).toThrow(`runDir: the directory ${home}/bad`);
});

test('a file in the way, and a file system that refuses, are named with the setting', () => {
  writeFileSync(join(home, 'file'), '');
  expect(() => makeDirectory(join(home, 'file'), 'runDir')).toThrow('something on its way is a file');
  expect(() => makeDirectory(join(home, 'file', 'x'), 'runDir')).toThrow('something on its way is a file');
  expect(() => makeDirectory('/proc/drover/x', 'runDir')).toThrow('runDir: the directory /proc/drover/x');
});
