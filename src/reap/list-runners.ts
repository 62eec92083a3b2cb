import * as z from 'zod';
import type { RunnerConfig } from '../config.ts';
import { GitLabError } from '../errors.ts';
import type { GitlabApi, GitlabReply } from './gitlab-api.ts';

/** One runner manager: one host that uses the runner's token. */
export interface SeenManager {
  systemId: string;
  /** ms since the epoch; GitLab keeps it up to 55 minutes late. Null: never. */
  contactedAt: number | null;
  /** GitLab's word: online, offline, stale, never_contacted. */
  status: string;
}

export interface SeenRunner {
  id: number;
  description: string;
  type: string;
  /** Null: the API token may not read them. */
  managers: SeenManager[] | null;
}

const runnerList = z.array(
  z.object({
    id: z.number().int(),
    description: z.string().nullish(),
    runner_type: z.string().nullish(),
  }),
);
const managerList = z.array(
  z.object({
    system_id: z.string(),
    contacted_at: z.string().nullish(),
    status: z.string().nullish(),
  }),
);

const PER_PAGE = 100;
/** GitLab ends offset pagination at 50,000 records ("REST API", Pagination). */
const MOST_PAGES = 500;
const AT_ONCE = 4;

/** The runners that the entries under `runners` can mean, with their managers. Throws GitLabError. */
export async function listRunners(api: GitlabApi, entries: readonly RunnerConfig[]): Promise<SeenRunner[]> {
  const found = new Map<number, SeenRunner>();
  for (const listing of new Set(entries.map(listingOf))) {
    for (const runner of await readListing(api, listing)) {
      const { id, description, runner_type } = runner;
      found.set(id, { id, description: description ?? '', type: runner_type ?? '', managers: null });
    }
  }
  const queue = [...found.values()];
  const work = async () => {
    for (let runner = queue.shift(); runner !== undefined; runner = queue.shift()) {
      const managers = await listManagers(api, runner.id);
      if (managers === 'no such runner') found.delete(runner.id);
      else runner.managers = managers;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return [...found.values()];
}

/** The managers of one runner; null where the token may not read them. Throws GitLabError. */
export async function listManagers(
  api: GitlabApi,
  runnerId: number,
): Promise<SeenManager[] | 'no such runner' | null> {
  const path = `runners/${runnerId}/managers`;
  const reply = await api.get(path);
  if (reply.status === 404) return 'no such runner';
  if (reply.status === 403) return null;
  return parse(managerList, path, reply).map(({ system_id, contacted_at, status }) => ({
    systemId: system_id,
    contactedAt: Date.parse(contacted_at ?? '') || null,
    status: status ?? 'unknown',
  }));
}

function listingOf({ runnerType, groupId, projectId }: RunnerConfig): string {
  if (runnerType === 'group_type') return `groups/${groupId}/runners`;
  if (runnerType === 'project_type') return `projects/${projectId}/runners`;
  return 'runners/all';
}

async function readListing(api: GitlabApi, listing: string): Promise<z.output<typeof runnerList>> {
  const runners: z.output<typeof runnerList> = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const reply = await api.get(`${listing}?per_page=${PER_PAGE}&page=${page}`);
    // Only an administrator may list all; others get those that they own, among which theirs are.
    if (reply.status === 403 && listing === 'runners/all') return readListing(api, 'runners');
    const list = parse(runnerList, listing, reply);
    runners.push(...list);
    if (list.length < PER_PAGE) return runners;
  }
  throw new GitLabError(
    `GET ${listing}: more than ${MOST_PAGES * PER_PAGE} runners: use runners of a group or project (runners[].runnerType)`,
  );
}

function parse<T>(schema: z.ZodType<T>, path: string, reply: GitlabReply): T {
  if (reply.status !== 200) throw new GitLabError(`GET ${path}: ${refusal(reply)}`);
  const parsed = schema.safeParse(reply.json);
  if (parsed.success) return parsed.data;
  throw new GitLabError(`GET ${path}: the answer is not a list as GitLab gives it: mend gitlab.url`);
}

/** What GitLab's refusal means, and how to mend it. */
export function refusal({ status, words }: GitlabReply): string {
  const hints: Record<number, string> = {
    401: 'the API token is not valid: write a new one to gitlab.apiTokenFile',
    403: 'the API token needs the scope manage_runner, and the role that owns these runners',
    404: 'not found: mend gitlab.url, or groupId and projectId under runners',
  };
  const hint = hints[status];
  return `status ${status}${words ? ` (${words})` : ''}${hint === undefined ? '' : `: ${hint}`}`;
}
