import { statSync } from 'node:fs';
import { requireSecrets } from '../../config/secrets.ts';
import { ConfigError } from '../../errors.ts';
import type { Check } from '../examination.ts';
import { danger, type Finding, ok } from '../finding.ts';

/** Every token that the configuration names can be read, and by nobody else. */
export const secrets: Check = {
  name: 'tokens',
  async run({ config, env }): Promise<Finding[]> {
    try {
      requireSecrets(config, env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return [danger(error.message, 'without it nothing can be registered')];
    }
    const files = [config.gitlab.apiTokenFile, ...config.runners.map(({ tokenFile }) => tokenFile)];
    const open = files.filter((path) => path !== undefined && (statSync(path).mode & 0o077) !== 0);
    if (open.length === 0) return [ok('every token can be read, and by its owner alone')];
    return open.map((path) =>
      danger(`${path} can be read by others than its owner: jobs are others`, `chmod 600 ${path}`),
    );
  },
};
