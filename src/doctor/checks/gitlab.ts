import { apiToken } from '../../config/secrets.ts';
import { httpRequest } from '../../net/http-request.ts';
import type { Check, Examination } from '../examination.ts';
import { danger, type Finding, ok } from '../finding.ts';

const TIMEOUT = 10_000;
const MOST_BYTES = 1_000_000;

/** GitLab answers, and takes the API token where there is one. */
export const gitlab: Check = {
  name: 'GitLab',
  async run(examination): Promise<Finding[]> {
    const { config, env } = examination;
    const token = apiToken(config, env);
    const api = await ask(examination, 'version', {}).catch((error: Error) => error);
    const mend = 'check gitlab.url, the network and its certificates';
    if (api instanceof Error) return [danger(`${config.gitlab.url} does not answer: ${api.message}`, mend)];
    if (api >= 500) return [danger(`${config.gitlab.url} answers ${api}`, 'see to GitLab, and ask again')];
    if (api >= 300 && api !== 401 && api !== 403) {
      return [danger(`${config.gitlab.url}/api/v4 answers ${api}: that is no GitLab`, mend)];
    }
    const found = [ok(`${config.gitlab.url} answers`)];
    if (token === null) return found;
    const status = await ask(examination, 'runners', { 'private-token': token });
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

/** The status that GitLab's API answers. */
async function ask(
  { config, signal }: Examination,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  const url = `${config.gitlab.url}/api/v4/${path}`;
  const { status } = await httpRequest({
    url,
    headers,
    timeout: TIMEOUT,
    maxBytes: MOST_BYTES,
    signals: [signal],
  });
  return status;
}
