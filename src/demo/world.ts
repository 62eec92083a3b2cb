import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AutoScalingClient,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DroverError } from '../errors.ts';
import type { SandboxJob } from '../sandbox/gitlab/model.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { rememberManagers } from './manager-instance.ts';
import { createObserved, type Observed } from './observed.ts';

/** A condition is looked at again after each entry of the event log, and this often (ms). */
const LOOK_EVERY = 250;

/** A job of the story: it runs until the story lets it end. */
export interface DemoJob {
  /** Running on this instance; null: not running. */
  runningOn(): string | null;
  /** Lets the job's script end with success. */
  finish(): void;
}

/** What the story sees of the sandbox, and what it may do there. */
export interface DemoWorld {
  readonly observed: Observed;
  addJob(name: string): DemoJob;
  /** An operator ends the group: minimum 0, and this instance terminated with decrement. */
  closeGroup(instanceId: string): Promise<void>;
  /** Resolves with the first truthy value of `condition`; rejects after `limit` ms, or when the signal aborts. */
  until<T>(what: string, condition: () => T | null | undefined | false, limit: number): Promise<T>;
  nameOfJob(id: number): string;
  instanceOfManager(systemId: string): string | null;
}

/** What is done otherwise where hosts have files and a network of their own. */
export interface OnHosts {
  /** Lets a job go on: makes the file that it waits for, where the job sees it. */
  openGate(path: string): void;
  closeGroup(instanceId: string): void;
}

/** The story's view of a sandbox whose files lie in `dir`. */
export function createWorld(
  sandbox: Sandbox,
  dir: string,
  groupName: string,
  signal: AbortSignal,
  onHosts?: OnHosts,
): DemoWorld {
  const observed = createObserved(sandbox.log);
  const names = new Map<number, string>();
  const managers = rememberManagers(dir);
  let naming: string | null = null;
  const instanceOf = (job: SandboxJob) => (job.systemId === null ? null : managers(job.systemId));

  return {
    observed,
    nameOfJob: (id) => names.get(id) ?? naming ?? String(id),
    instanceOfManager: managers,
    addJob(name) {
      const gate = join(dir, `finish-${name}`);
      // GitLab tells of the job before it has answered with its id.
      naming = name;
      const job = sandbox.gitlab.addJob({
        script: [
          `echo "${name} begins"`,
          `while [ ! -e '${gate}' ]; do sleep 0.2; done`,
          `echo "${name} ends"`,
        ],
      });
      names.set(job.id, name);
      naming = null;
      return {
        runningOn: () => (job.state === 'running' ? instanceOf(job) : null),
        finish: () => (onHosts ? onHosts.openGate(gate) : writeFileSync(gate, '')),
      };
    },
    async closeGroup(instanceId) {
      if (onHosts) return onHosts.closeGroup(instanceId);
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
      const operator = new AutoScalingClient({
        endpoint: sandbox.awsUrl,
        region: 'us-east-1',
        credentials: { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'sandbox-only' },
      });
      try {
        await operator.send(
          new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: groupName, MinSize: 0 }),
        );
        await operator.send(
          new TerminateInstanceInAutoScalingGroupCommand({
            InstanceId: instanceId,
            ShouldDecrementDesiredCapacity: true,
          }),
        );
      } finally {
        operator.destroy();
      }
    },
    until: (what, condition, limit) => waitUntil(sandbox, what, condition, limit, signal),
  };
}

function waitUntil<T>(
  sandbox: Sandbox,
  what: string,
  condition: () => T | null | undefined | false,
  limit: number,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = () => {
      try {
        const value = condition();
        if (!value) return;
        end();
        resolve(value);
      } catch (error) {
        end();
        reject(error);
      }
    };
    const onAbort = () => {
      end();
      reject(signal.reason);
    };
    const end = () => {
      clearInterval(ticking);
      clearTimeout(limiting);
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
    };
    const ticking = setInterval(look, LOOK_EVERY);
    const limiting = setTimeout(() => {
      end();
      reject(new DroverError(`not seen within ${limit / 1_000} s: ${what}`));
    }, limit);
    const unsubscribe = sandbox.log.subscribe(look);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else look();
  });
}
