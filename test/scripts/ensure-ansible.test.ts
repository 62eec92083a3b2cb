import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'ensure-ansible.mjs');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-ensure-'));
  mkdirSync(join(home, 'bin'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Puts a program into the directory that is the whole PATH. */
function program(name: string, text: string, directory = join(home, 'bin')): void {
  writeFileSync(join(directory, name), text);
  chmodSync(join(directory, name), 0o755);
}

/** Links what the machine has. */
async function have(...names: string[]): Promise<void> {
  for (const name of names) {
    const { stdout } = await execa('sh', ['-c', `command -v ${name}`]);
    symlinkSync(stdout, join(home, 'bin', name));
  }
}

const venv = () => join(home, 'private', 'ansible');
const ensure = () =>
  execa(process.execPath, [script, venv()], {
    extendEnv: false,
    env: { PATH: join(home, 'bin'), HOME: process.env.HOME ?? '' },
    reject: false,
  });

/** An ansible-playbook that says this version, on a Python that has or lacks boto3. */
const ansible = (version: string, python: string) =>
  `#!/bin/sh\necho "ansible-playbook [core ${version}]"\necho "  python version = 3.11.2 (main) [GCC] (${python})"\n`;

describe('where Ansible is on PATH', () => {
  test('it is used', async () => {
    await have('sh');
    program('python-with-boto3', '#!/bin/sh\nexit 0\n');
    program('ansible-playbook', ansible('2.14.18', join(home, 'bin', 'python-with-boto3')));
    const { stdout, stderr } = await ensure();
    expect(stdout).toBe(join(home, 'bin', 'ansible-playbook'));
    expect(stderr).toBe('');
  });

  test.each([
    ['is too old', '2.9.27', 'python-with-boto3', 'it is 2.9, and 2.14 is needed'],
    ['has no boto3', '2.17.1', 'python-without', 'has no boto3'],
  ])(
    'and %s, it says why it is not used, and Debian’s packages are installed',
    async (_, version, python, why) => {
      await have('sh', 'env', 'cp', 'chmod');
      program('python-with-boto3', '#!/bin/sh\nexit 0\n');
      program('python-without', '#!/bin/sh\nexit 1\n');
      program('ansible-playbook', ansible(version, join(home, 'bin', python)));
      const good = join(home, 'good');
      writeFileSync(good, ansible('2.14.18', join(home, 'bin', 'python-with-boto3')));
      const here = join(home, 'bin', 'ansible-playbook');
      program('sudo', '#!/bin/sh\nshift\nexec "$@"\n');
      program(
        'apt-get',
        `#!/bin/sh\necho "$@" >> ${home}/apt\n[ "$1" = install ] && cp ${good} ${here}\nchmod 755 ${here}\n`,
      );
      const { stdout, stderr } = await ensure();
      expect(stderr).toContain(why);
      expect(stderr).toContain('no Python 3.9 or newer with venv');
      expect(stderr).toContain("installing Debian's packages ansible-core and python3-boto3");
      expect(stdout).toBe(here);
    },
  );

  test('where nothing can be installed the mend is named', async () => {
    await have('sh');
    const { exitCode, stderr } = await ensure();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('apt-get install ansible-core python3-boto3');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

/** Whether PyPI can be reached; in CI it has to be. */
const reachesPypi = async (): Promise<boolean> => {
  if (process.env.CI) return true;
  const { exitCode } = await execa('python3', ['-m', 'pip', 'download', '--no-deps', '-qd', home, 'boto3'], {
    reject: false,
    timeout: 20_000,
  });
  return exitCode === 0;
};

describe('a private virtual environment', () => {
  test('is made from PyPI, is seen only when it is complete, and two at once do not harm each other', async ({
    skip,
  }) => {
    if (!(await reachesPypi())) skip('PyPI cannot be reached: a network or a mirror is needed');
    await have('sh');
    // The interpreter itself: what stands on PATH may be a launcher that needs more than PATH.
    const { stdout: python } = await execa('python3', ['-c', 'import sys; print(sys.executable)']);
    symlinkSync(python, join(home, 'bin', 'python3'));
    const env = { ...process.env, PATH: join(home, 'bin') };
    // One that is killed in the middle leaves what nobody takes for an installation.
    const killed = spawn(process.execPath, [script, venv()], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    await new Promise<void>((resolve) => {
      let said = '';
      killed.stderr.on('data', (chunk) => {
        said += chunk;
        if (said.includes('1/2')) killed.kill('SIGKILL');
      });
      killed.once('exit', () => resolve());
    });
    expect(readdirSync(join(home, 'private'))).not.toEqual([]);
    expect(existsSync(join(venv(), 'bin'))).toBe(false);

    const run = () =>
      execa(process.execPath, [script, venv()], {
        extendEnv: false,
        env: Object.fromEntries(Object.entries(env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))),
      });
    const both = await Promise.all([run(), run()]);
    const command = join(venv(), 'bin', 'ansible-playbook');
    expect(both.map(({ stdout }) => stdout)).toEqual([command, command]);
    expect(both[0]?.stderr).toContain('2/2 packages installed');
    const { stdout } = await execa(command, ['--version'], {
      env: { PATH: [join(home, 'bin'), process.env.PATH].join(delimiter) },
    });
    expect(stdout).toContain('ansible-playbook [core 2.');
    // Once it is there, it is found at once.
    expect(await run()).toMatchObject({ stdout: command, stderr: '' });
  }, 240_000);
});
