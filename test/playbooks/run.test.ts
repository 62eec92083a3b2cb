import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { markedProcesses } from '../../src/playbooks/marked-processes.ts';
import { startPlaybook, sweepRuns } from '../../src/playbooks/run.ts';
import { createRunDirectory } from '../../src/playbooks/run-directory.ts';
import { ansiblePlaybook, it, SHARED_TOKEN } from './rig.ts';

const shared = [{ name: 'i-0abc', token: SHARED_TOKEN }];

describe.skipIf(ansiblePlaybook === null).concurrent('startPlaybook', () => {
  it('leaves no process and no secret behind when it is cancelled or out of time', async ({
    rig,
    expect,
  }) => {
    rig.gitlab.add(SHARED_TOKEN);
    const slow = { gitlab_runner_environment: { FAKE_STATUS: '403' } };
    let cancelled: Promise<void> | undefined;
    const run = rig.init(shared, slow, {
      onEvent: (event) => {
        if (event.event === 'task' && event.task?.includes('Start the runner')) cancelled = run.cancel();
      },
    });
    expect(await run.result).toMatchObject({ outcome: 'cancelled' });
    await cancelled;
    const late = await rig.init(shared, slow, { timeoutMs: 1_500 }).result;
    expect(late.outcome).toBe('timeout');
    expect(markedProcesses((marker) => marker.startsWith(rig.paths.runs))).toEqual([]);
    expect(readdirSync(join(rig.paths.runs, 'op-1')).sort()).toEqual([
      'events.ndjson',
      'exit.json',
      'output.log',
    ]);
    for (const file of readdirSync(rig.paths.runs, { recursive: true, encoding: 'utf8' })) {
      const path = join(rig.paths.runs, file);
      if (/\.\w+$/.test(file)) expect(readFileSync(path, 'utf8')).not.toContain(SHARED_TOKEN);
    }
  });

  it('executes no template and keeps every character of a hostile name', async ({ rig, expect }) => {
    rig.gitlab.add(SHARED_TOKEN);
    const proof = join(rig.directory, 'executed');
    const name = `{{ lookup('pipe','touch ${proof}') }}{% raw %} "quoted" \\ \n tab\t 077 ünï \u007f\u2028`;
    const result = await rig.init([{ name, token: SHARED_TOKEN }]).result;
    expect(result.message).toBe('');
    expect(existsSync(proof)).toBe(false);
    const { parse } = await import('smol-toml');
    expect(parse(rig.read(rig.paths.config)).runners).toMatchObject([{ name }]);
    expect(await rig.init([{ name, token: SHARED_TOKEN }]).result).toMatchObject({ changed: 0 });
  });

  it('refuses wrong variables before anything is spawned, and names them without their values', async ({
    rig,
    expect,
  }) => {
    const result = await rig.start('scale_up', { autoscaling_group: 7, secret_typo: SHARED_TOKEN }).result;
    expect(result).toMatchObject({ outcome: 'spawn', exitCode: null });
    expect(result.message).toContain('autoscaling_group must be of type string, not number');
    expect(result.message).toContain('secret_typo is not a variable');
    expect(existsSync(rig.paths.runs)).toBe(false);
  });

  it('says how to mend a missing ansible-playbook', async ({ rig, expect }) => {
    const { result } = startPlaybook(
      { operation: 'a-1', playbook: 'scale_up', variables: { autoscaling_group: 'g' }, timeoutMs: null },
      { command: '/nowhere/ansible-playbook', runDir: rig.paths.runs, secrets: [] },
    );
    expect(await result).toMatchObject({
      outcome: 'spawn',
      message: expect.stringContaining('ensure-ansible'),
    });
  });

  it('sweeps what a dead engine has left: its processes, its variables, its open record', async ({
    rig,
    expect,
  }) => {
    createRunDirectory(rig.paths.runs, 'op-1', 'token: planted');
    const orphan = spawn('sh', ['-c', 'trap "" TERM INT; while :; do sleep 1; done'], {
      env: { PATH: process.env.PATH ?? '', DROVER_RUN: join(rig.paths.runs, 'op-1') },
      detached: true,
      stdio: 'ignore',
    });
    expect(await sweepRuns(rig.paths.runs)).toEqual(['op-1']);
    expect(orphan.pid && markedProcesses((marker) => marker.startsWith(rig.paths.runs))).toEqual([]);
    expect(existsSync(join(rig.paths.runs, 'op-1', 'variables.yml'))).toBe(false);
    expect(await sweepRuns(rig.paths.runs)).toEqual([]);
  });
});
