import { GitLabError } from '../errors.ts';
import type { GitlabApi } from './gitlab-api.ts';
import { listManagers, refusal } from './list-runners.ts';

/** `gone`: somebody else, such as a second reap, was quicker. */
export type Outcome = { is: 'removed' } | { is: 'gone' } | { is: 'left'; because: string };

export interface Remover {
  /** DELETE /runners/:id: the runner with all its managers. */
  runner(runnerId: number): Promise<Outcome>;
  /** The manager with this system id from each of the runners; nothing else of them. */
  managers(systemId: string, runnerIds: readonly number[]): Promise<Map<number, Outcome>>;
}

/**
 * Removes things from GitLab. `tokens` are those of the shared runners: GitLab deletes a manager only for whoever has
 * its runner's token. When GitLab stops answering, nothing more is asked of it.
 */
export function createRemover(api: GitlabApi, tokens: readonly string[]): Remover {
  let down: string | null = null;
  const guarded = async <T>(work: () => Promise<T>, left: (because: string) => T): Promise<T> => {
    if (down !== null) return left(down);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GitLabError)) throw error;
      down = error.message;
      return left(down);
    }
  };

  return {
    runner: (runnerId) =>
      guarded<Outcome>(
        async () => {
          const reply = await api.delete(`runners/${runnerId}`);
          if (reply.status === 404) return { is: 'gone' };
          if (reply.status < 300) return { is: 'removed' };
          return { is: 'left', because: `DELETE runners/${runnerId}: ${refusal(reply)}` };
        },
        (because) => ({ is: 'left', because }),
      ),
    managers: (systemId, runnerIds) =>
      guarded(
        () => removeManagers(api, tokens, systemId, runnerIds),
        (because) => new Map(runnerIds.map((id) => [id, { is: 'left', because }])),
      ),
  };
}

/**
 * With each token in turn, since none tells which runner it is of without creating a manager. A 404 is the answer of
 * a runner without this manager, so what became of it is read afterwards.
 */
async function removeManagers(
  api: GitlabApi,
  tokens: readonly string[],
  systemId: string,
  runnerIds: readonly number[],
): Promise<Map<number, Outcome>> {
  let deleted = 0;
  let odd = '';
  for (const token of tokens) {
    const reply = await api.delete('runners/managers', { token, systemId });
    if (reply.status < 300) deleted += 1;
    else if (![401, 403, 404].includes(reply.status)) odd = `DELETE runners/managers: ${refusal(reply)}`;
  }
  const outcomes = new Map<number, Outcome>();
  for (const runnerId of runnerIds) {
    const managers = await listManagers(api, runnerId);
    if (Array.isArray(managers) && managers.some((manager) => manager.systemId === systemId)) {
      const because = odd || `no token under runners belongs to runner ${runnerId}: add its tokenFile`;
      outcomes.set(runnerId, { is: 'left', because });
    } else {
      outcomes.set(runnerId, { is: deleted > 0 ? 'removed' : 'gone' });
      deleted -= 1;
    }
  }
  return outcomes;
}
