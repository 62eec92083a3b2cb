import { apiToken } from '../../config/secrets.ts';
import type { Check } from '../examination.ts';
import { advice, ok } from '../finding.ts';

/** C10: only GitLab's API tells a paused runner from an idle one. */
export const pausedRunner: Check = {
  name: 'paused runner',
  run: async ({ config, env }) => [
    apiToken(config, env) === null
      ? advice(
          'without a token for GitLab’s API a runner that is paused there looks idle: its instance is retired',
          'set gitlab.apiTokenFile (scope manage_runner), if paused runners are to stay; no job is lost either way',
        )
      : ok('a runner that is paused in GitLab is known as such'),
  ],
};
