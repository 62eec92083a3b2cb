import { delay } from '../lib/wait.ts';
import type { Fleet, Kind } from './fleet.ts';

/** One instance's life, in s. */
export interface Life {
  /** From the host's boot until GitLab knows the runner. */
  registered: number;
  /** From the Spot notice in the metadata to the runner's SIGQUIT. */
  sigquit: number;
  /** From the Spot notice to the completed terminate hook. */
  completed: number;
}

const POLL = 'meta-data/spot/instance-action';

/** Launches an instance and announces its end, `after` ms behind one of its polls of the metadata. */
export async function measureLife(fleet: Fleet, kind: Kind, after: number): Promise<Life> {
  const { sandbox } = fleet;
  const { id, host, since } = await fleet.launch(kind);
  const began = await fleet.seen({ subject: 'instance', state: 'Pending' }, since);
  const registered = await fleet.seen({ operation: 'requestJob' }, since);
  await fleet.seen({ operation: POLL, instanceId: id }, sandbox.log.entries.length);
  await delay(after);
  const noticed = Date.now();
  const sinceNotice = sandbox.log.entries.length;
  sandbox.interrupt(id);
  const done = await fleet.seen({ subject: 'hook', instanceId: id, state: 'completed' }, sinceNotice);
  const stop = (await host.journal('gitlab-runner.service'))
    .split('\n')
    .find((line) => line.includes('received stop signal: SIGQUIT'));
  const sigquit = Date.parse(stop?.split(' ')[0] ?? '');
  if (Number.isNaN(sigquit)) throw new Error(`the runner of ${id} got no SIGQUIT`);
  sandbox.autoscaling.lost(id);
  sandbox.autoscaling.resize({ desiredCapacity: 0 });
  return {
    registered: (registered.at - began.at) / 1_000,
    sigquit: (sigquit - noticed) / 1_000,
    completed: (done.at - noticed) / 1_000,
  };
}
