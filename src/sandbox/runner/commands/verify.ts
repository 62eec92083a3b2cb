import { type FlagSpec, isOn, parseFlags } from '../arguments.ts';
import { readConfig } from '../config/read.ts';
import { writeConfig } from '../config/write.ts';
import { FatalError, log } from '../log.ts';
import { verifyRunner } from '../network/runners.ts';
import { systemId } from '../system-id.ts';
import { shortToken } from '../token.ts';
import { isChosen } from './choose.ts';
import { CONFIG_FLAG, CREDENTIALS_FLAGS, configPath } from './config-flag.ts';

const FLAGS: Record<string, FlagSpec> = { ...CONFIG_FLAG, ...CREDENTIALS_FLAGS, delete: { kind: 'boolean' } };

/** `gitlab-runner verify`: only a 403 counts as dead. With --delete dead sections go, and the exit code is 0. */
export async function verify(args: string[]): Promise<void> {
  const flags = parseFlags(args, FLAGS);
  const configFile = configPath(flags);
  const config = readConfig(configFile);
  const id = systemId(configFile);
  const chosen = config.runners.filter((section) => isChosen(section, flags));
  if (chosen.length === 0 && (flags.name || flags.token))
    throw new FatalError('no runner matches the filtering parameters');
  const dead = new Set<Record<string, unknown>>();
  for (const section of chosen) {
    const [outcome] = await verifyRunner(section.url, section.token, id);
    const runner = shortToken(section.token);
    if (outcome.status === 403) {
      dead.add(section.table);
      log('error', 'Verifying runner... is removed', { runner });
    } else if (outcome.status === 200) log('info', 'Verifying runner... is valid', { runner });
    else log('warning', 'Verifying runner... error', { runner, status: outcome.status });
  }
  if (dead.size === 0) return;
  if (!isOn(flags.delete)) throw new FatalError('Failed to verify runners');
  const kept = config.runners.map(({ table }) => table).filter((table) => !dead.has(table));
  writeConfig(configFile, config, kept);
  log('info', 'Updated', { config: configFile });
}
