import { GitLabError } from '../errors.ts';
import { httpRequest } from '../net/http-request.ts';
import { readRegistered } from '../runner/config-file.ts';

export interface PausedDeps {
  /** GitLab's URL. */
  url: string;
  apiToken: string;
  /** The runner's config.toml, which knows the ids. */
  configFile: string;
  /** For one request, in ms. */
  timeout: number;
}

/**
 * Whether every runner of this host is paused in GitLab (GET /runners/:id, Runners API). A paused runner gets no
 * jobs and looks idle. False where no id is known. Throws GitLabError when GitLab does not say.
 */
export async function readPaused(deps: PausedDeps, signal?: AbortSignal): Promise<boolean> {
  const ids = (await readRegistered(deps.configFile)).flatMap((runner) => runner.id ?? []);
  const paused = await Promise.all(ids.map((id) => isPaused(deps, id, signal)));
  return paused.length > 0 && paused.every(Boolean);
}

async function isPaused(
  { url, apiToken, timeout }: PausedDeps,
  id: number,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const reply = await httpRequest({
      url: `${url}/api/v4/runners/${id}`,
      headers: { 'private-token': apiToken, accept: 'application/json' },
      timeout,
      maxBytes: 256_000,
      signals: [signal],
    });
    if (reply.status !== 200) throw new Error(`status ${reply.status}`);
    const { paused } = JSON.parse(reply.body.toString('utf8')) as { paused?: unknown };
    return paused === true;
  } catch (cause) {
    throw new GitLabError(`GitLab did not say whether runner ${id} is paused: ${(cause as Error).message}`, {
      cause,
    });
  }
}
