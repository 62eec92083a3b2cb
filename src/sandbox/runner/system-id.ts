import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { log } from './log.ts';

const PATTERN = /^[sr]_[0-9a-zA-Z]{12}$/;

/**
 * The system id in `.runner_system_id` beside the configuration file; a missing or bad one is created.
 * Created from the machine id, so that an image with a baked-in machine id makes all its instances one manager.
 * A file `machine-id` above the configuration's directory stands for /etc/machine-id: several sandbox instances
 * share one host.
 */
export function systemId(configFile: string): string {
  const path = join(dirname(configFile), '.runner_system_id');
  const kept = textOf(path);
  if (kept !== null && PATTERN.test(kept)) return kept;
  const created = createSystemId(dirname(configFile));
  log('info', 'Created missing unique system ID', { system_id: created });
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, created, { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch (error) {
    log('warning', "Couldn't save new system ID on state file", { error: String(error) });
  }
  return created;
}

function createSystemId(configDirectory: string): string {
  const machineId = textOf(join(dirname(configDirectory), 'machine-id')) ?? textOf('/etc/machine-id');
  if (machineId)
    return `s_${createHmac('sha256', machineId).update('gitlab-runner').digest('hex').slice(0, 12)}`;
  return `r_${randomBytes(6).toString('hex')}`;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    return null;
  }
}
