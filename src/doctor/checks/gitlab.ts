import { apiToken } from '../../config/secrets.ts';
import { askGitlab } from '../ask-gitlab.ts';
import type { Check } from '../examination.ts';
import { danger, type Finding, ok } from '../finding.ts';

/** GitLab answers, and takes the API token where there is one. */
export const gitlab: Check = {
  name: 'GitLab',
  async run(examination): Promise<Finding[]> {
    const { config, env } = examination;
    const token = apiToken(config, env);
    const answer = await askGitlab(examination, 'version').catch((error: Error) => error);
    const mend = 'check gitlab.url, the network and its certificates';
    if (answer instanceof Error) {
      return [danger(`${config.gitlab.url} does not answer: ${answer.message}`, mend)];
    }
    const api = answer.status;
    if (api >= 500) return [danger(`${config.gitlab.url} answers ${api}`, 'see to GitLab, and ask again')];
    if (api >= 300 && api !== 401 && api !== 403) {
      return [danger(`${config.gitlab.url}/api/v4 answers ${api}: that is no GitLab`, mend)];
    }
    const found = [ok(`${config.gitlab.url} answers`)];
    if (token === null) return found;
    const { status } = await askGitlab(examination, 'runners', { 'private-token': token });
    found.push(
      status === 200
        ? ok('GitLab takes the API token')
        : danger(
            `GitLab answers ${status} to the API token`,
            'make one with the scopes create_runner and manage_runner, and write it to gitlab.apiTokenFile',
          ),
    );
    return found;
  },
};
