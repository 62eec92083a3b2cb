import { tokenTimes, writeConfig } from '../config/write.ts';
import { log } from '../log.ts';
import { resetToken } from '../network/runners.ts';
import { shortToken } from '../token.ts';
import type { RunnerProcess } from './state.ts';

const ROTATE_AT = 0.75;

/** Renews each token that has used up three quarters of its life, and writes config.toml. Tells whether it did. */
export async function rotateTokens(runner: RunnerProcess): Promise<boolean> {
  let rotated = false;
  for (const section of runner.config.runners) {
    const { tokenObtainedAt: from, tokenExpiresAt: to } = section;
    if (from === null || to === null || Date.now() < from + (to - from) * ROTATE_AT) continue;
    const fresh = await resetToken(section.url, section.token);
    if (!fresh || fresh.token === '') continue;
    Object.assign(section.table, { token: fresh.token, ...tokenTimes(fresh.expiresAt) });
    rotated = true;
    log('info', 'Runner token rotated', { runner: shortToken(fresh.token) });
  }
  if (!rotated) return false;
  const sections = runner.config.runners.map(({ table }) => table);
  writeConfig(runner.configFile, runner.config, sections);
  runner.metrics.registry.add('gitlab_runner_configuration_saved_total');
  return true;
}
