import type { Ec2Api } from '../aws/ec2.ts';
import { AwsCallError } from '../aws/errors.ts';
import { instanceIdsIn } from './identity.ts';

/** EC2's answer about one instance: its state (`running`, `terminated`, …), not found, or none at all. */
export type Ec2Answer =
  | { kind: 'state'; state: string }
  | { kind: 'notFound' }
  | { kind: 'none'; message: string };

/** A call that names more than this is slow ("DescribeInstances", EC2 API Reference, advises pages). */
const BATCH = 100;

/** Asks EC2 for each instance by its id. Never throws for what EC2 answers: that is `none`, with the reason. */
export async function askEc2(
  api: Ec2Api,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Ec2Answer>> {
  const answers = new Map<string, Ec2Answer>();
  for (let start = 0; start < ids.length; start += BATCH) {
    await ask(api, ids.slice(start, start + BATCH), answers, signal);
  }
  return answers;
}

async function ask(
  api: Ec2Api,
  ids: readonly string[],
  answers: Map<string, Ec2Answer>,
  signal: AbortSignal,
): Promise<void> {
  if (ids.length === 0) return;
  const states = await describe(api, ids, signal).catch((error: unknown) => {
    if (error instanceof AwsCallError) return error;
    throw error;
  });
  if (!(states instanceof AwsCallError)) {
    for (const id of ids) {
      const state = states.get(id);
      answers.set(
        id,
        state === undefined
          ? { kind: 'none', message: 'DescribeInstances left it out of its answer' }
          : { kind: 'state', state },
      );
    }
    return;
  }
  // One unknown id fails the whole call; the error names those that EC2 does not know.
  const unknown =
    states.code === 'InvalidInstanceID.NotFound'
      ? instanceIdsIn(states.detail).filter((id) => ids.includes(id))
      : [];
  for (const id of unknown) answers.set(id, { kind: 'notFound' });
  const rest = ids.filter((id) => !unknown.includes(id));
  if (unknown.length > 0) return ask(api, rest, answers, signal);
  if (states.code.startsWith('InvalidInstanceID.') && ids.length > 1) {
    for (const id of ids) await ask(api, [id], answers, signal);
    return;
  }
  for (const id of ids) answers.set(id, { kind: 'none', message: `${states.message}${mendOf(states)}` });
}

async function describe(api: Ec2Api, ids: readonly string[], signal: AbortSignal) {
  const answer = await api.call(
    'DescribeInstances',
    (client, sdk, http) => client.send(new sdk.DescribeInstancesCommand({ InstanceIds: [...ids] }), http),
    { signal },
  );
  const states = new Map<string, string>();
  for (const { Instances = [] } of answer.Reservations ?? []) {
    for (const { InstanceId, State } of Instances) {
      if (InstanceId !== undefined && State?.Name !== undefined) states.set(InstanceId, State.Name);
    }
  }
  return states;
}

function mendOf({ code, failure }: AwsCallError): string {
  if (/^(UnauthorizedOperation|AccessDenied|AccessDeniedException)$/.test(code)) {
    return '; allow this role ec2:DescribeInstances';
  }
  return failure === 'refused' ? '' : '; run reap again later';
}
