import { runnerToken } from '../../config/secrets.ts';
import type { Check } from '../examination.ts';
import { advice, danger, type Finding, ok } from '../finding.ts';

const CREATE = 'create a runner in GitLab (Settings, CI/CD, Runners) and use its glrt- token';

/** Each runner's token is an authentication token, which registration can be repeated with. */
export const tokenKind: Check = {
  name: 'token kind',
  run: async ({ config, env }) =>
    config.runners.map((runner, index): Finding => {
      const token = runnerToken(runner, env);
      const name = `runners[${index}]`;
      if (token === null) return ok(`${name}: GitLab’s API creates a runner for each instance`);
      return judgeToken(name, token);
    }),
};

/** What a token is, by GitLab's own prefixes ("Token overview", GitLab docs). The token itself is not told. */
export function judgeToken(name: string, token: string): Finding {
  if (/^glrt-/.test(token)) return ok(`${name}: an authentication token (glrt-)`);
  if (/^(glrtr-|GR1348941)/.test(token)) {
    return danger(
      `${name} has a registration token, which GitLab has deprecated and disables by default`,
      `${CREATE}; a registration token makes another runner at each registration`,
    );
  }
  if (/^gl(pat|oas|cbt|dt|ft|agent)-/.test(token)) {
    return danger(`${name} has a token of another kind (${token.slice(0, token.indexOf('-') + 1)}…)`, CREATE);
  }
  return advice(`${name} has a token without a known prefix: probably one of an older kind`, CREATE);
}
