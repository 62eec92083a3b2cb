import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Which instance's runner calls itself by a system id: each keeps it beside its config.toml, until it is unregistered;
 * what was found once is remembered. Null: none.
 */
export function rememberManagers(dir: string): (systemId: string) => string | null {
  const known = new Map<string, string>();
  return (systemId) => {
    const found = known.get(systemId) ?? instanceOfManager(dir, systemId);
    if (found !== null) known.set(systemId, found);
    return found;
  };
}

function instanceOfManager(dir: string, systemId: string): string | null {
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
