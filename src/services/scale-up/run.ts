import { readableSecrets } from '../../config/secrets.ts';
import type { Config } from '../../config.ts';
import { scaleUpVariables } from '../../effects/playbook-variables.ts';
import type { InstanceOptions } from '../../engine/instance.ts';
import { startPlaybook, sweepRuns } from '../../playbooks/run.ts';
import { type Exchange, openExchange, type ScaleUpRequest, type ScaleUpResult } from './request.ts';
import { waitForSlack } from './wait-for-slack.ts';

/**
 * scale-up.service: carries out the increase that monitor-jobs has asked for, writes its result, then stays until the
 * runner has a free slot. Takes no lock. Without a request, or after one that is answered, it does nothing.
 */
export async function runScaleUp(config: Config, { log, env, signal }: InstanceOptions): Promise<void> {
  const exchange = openExchange(config.runDir);
  const request = exchange.readRequest();
  if (request === null || exchange.readResult(request.operation) !== null) {
    log.info({}, 'not my phase: no increase has been asked for');
    return;
  }
  // Its own runs lie below its own directory: monitor-jobs sweeps only what lies in its.
  await sweepRuns(exchange.directory);
  const result = await carryOut(config, exchange, request, { log, env, signal });
  exchange.writeResult(result);
  const { operation } = request;
  if (result.type === 'playbook.failed') {
    const { reason, message } = result;
    log.error({ operation, reason, message }, 'the desired capacity could not be raised');
    return;
  }
  log.info({ operation, ...result.facts }, 'the desired capacity is raised');
  await waitForSlack(config, signal, (text) => log.info({}, text)).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function carryOut(
  config: Config,
  exchange: Exchange,
  { operation, group, identity }: ScaleUpRequest,
  { log, env, signal }: InstanceOptions,
): Promise<ScaleUpResult> {
  // It was killed in the middle: whether the increase took effect only the group can tell, and monitor-jobs asks it.
  if (exchange.readBegun() === operation) {
    return {
      type: 'playbook.failed',
      operation,
      reason: 'interrupted',
      message: 'scale-up.service ended during the play',
      facts: {},
    };
  }
  exchange.writeBegun(operation);
  log.info(
    { operation, group: group?.groupName, desired: group?.desiredCapacity },
    'raising desired capacity',
  );
  const running = startPlaybook(
    {
      operation,
      playbook: 'scale_up',
      variables: scaleUpVariables(config, { group, identity }),
      timeoutMs: config.lifecycle.scaleUpTimeout,
    },
    {
      command: config.ansible.command,
      directory: config.ansible.directory,
      runDir: exchange.directory,
      secrets: readableSecrets(config, env),
    },
  );
  const cancel = () => void running.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const { outcome, message, facts } = await running.result;
  signal.removeEventListener('abort', cancel);
  if (outcome === 'succeeded') return { type: 'playbook.succeeded', operation, facts };
  return { type: 'playbook.failed', operation, reason: outcome, message, facts };
}
