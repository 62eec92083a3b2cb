import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';
import { readText } from './read.ts';

/** Where role drover keeps the credentials; the units load them from here (`LoadCredential=`). */
const DIRECTORY = '/etc/drover/credentials';

/**
 * The text of a credential, and what messages call it. A unit finds it in $CREDENTIALS_DIRECTORY, which systemd fills;
 * by hand it is read where the units load it from. `key` is the setting that names it. Throws ConfigError where it is
 * not there, or empty, which is how the units pass a missing one on.
 */
export function readCredential(name: string, key: string, env: NodeJS.ProcessEnv): [string, string] {
  const source = join(DIRECTORY, name);
  const loaded = env.CREDENTIALS_DIRECTORY ? join(env.CREDENTIALS_DIRECTORY, name) : null;
  for (const path of [loaded, source]) {
    if (path === null || !existsSync(path)) continue;
    const text = readText(path, `write the token to it, or mend ${key}`);
    if (text.trim() !== '') return [text, `the credential ${name} (${key})`];
  }
  const again = loaded === null ? '' : ', and start the unit again';
  throw new ConfigError(
    `${key} names the credential ${name}, which is missing: write the token to ${source} (0600)${again}, ` +
      'or run playbooks/install.yml with it in drover_tokens',
  );
}
