import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The instance whose runner calls itself `systemId`: each keeps the id beside its config.toml. Null: none. */
export function instanceOfManager(dir: string, systemId: string): string | null {
  for (const instanceId of instancesIn(dir)) {
    try {
      const path = join(dir, 'instances', instanceId, 'gitlab-runner', '.runner_system_id');
      if (readFileSync(path, 'utf8').trim() === systemId) return instanceId;
    } catch {
      // This instance has not registered yet.
    }
  }
  return null;
}

function instancesIn(dir: string): string[] {
  try {
    return readdirSync(join(dir, 'instances'));
  } catch {
    return [];
  }
}
