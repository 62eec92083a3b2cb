import { type FlagSpec, isOn, parseFlags } from '../arguments.ts';
import type { RunnerSection } from '../config/model.ts';
import { readConfig } from '../config/read.ts';
import { writeConfig } from '../config/write.ts';
import { FatalError, log } from '../log.ts';
import { unregisterManager, unregisterRunner } from '../network/runners.ts';
import { systemId } from '../system-id.ts';
import { isCreatedToken, shortToken } from '../token.ts';
import { isChosen } from './choose.ts';
import { CONFIG_FLAG, CREDENTIALS_FLAGS, configPath } from './config-flag.ts';

const FLAGS: Record<string, FlagSpec> = {
  ...CONFIG_FLAG,
  ...CREDENTIALS_FLAGS,
  'all-runners': { kind: 'boolean' },
};

/**
 * `gitlab-runner unregister`. One runner, by name or token: a refusal is exit code 1 and the section stays. With
 * --all-runners a refusal is only logged, and the exit code is 0: read config.toml to see what is left.
 */
export async function unregister(args: string[]): Promise<void> {
  const flags = parseFlags(args, FLAGS);
  const configFile = configPath(flags);
  const config = readConfig(configFile);
  const id = systemId(configFile);
  const all = isOn(flags['all-runners']);
  if (!all && !flags.name && !flags.token)
    throw new FatalError('at least one of --name or --token must be specified');
  const chosen = all
    ? config.runners
    : config.runners.filter((section) => isChosen(section, flags)).slice(0, 1);
  if (chosen.length === 0 && !all) throw new FatalError('could not find a runner with these parameters');
  const gone = new Set<Record<string, unknown>>();
  for (const section of chosen) if (await removeFromGitLab(section, id)) gone.add(section.table);
  if (gone.size === 0 && !all) throw new FatalError('Failed to unregister runner');
  if (gone.size === 0) return;
  const kept = config.runners.map(({ table }) => table).filter((table) => !gone.has(table));
  writeConfig(configFile, config, kept);
  log('info', 'Updated', { config: configFile });
}

async function removeFromGitLab(section: RunnerSection, id: string): Promise<boolean> {
  const created = isCreatedToken(section.token);
  const what = created ? 'runner manager' : 'runner';
  const outcome = created
    ? await unregisterManager(section.url, section.token, id)
    : await unregisterRunner(section.url, section.token);
  const runner = shortToken(section.token);
  if (outcome.status === 204) {
    log('info', `Unregistering ${what} from GitLab succeeded`, { runner });
    return true;
  }
  const status = 'error' in outcome ? String(outcome.error) : outcome.status;
  log('error', `Unregistering ${what} from GitLab... failed`, { runner, status });
  return false;
}
