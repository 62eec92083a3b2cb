import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FaultRule } from './faults.ts';
import type { HttpService } from './http.ts';
import type { MaintenanceEvent } from './metadata/view.ts';
import { ownEntry } from './own-entry.ts';
import type { InterruptionOptions, Sandbox } from './sandbox.ts';

type Controlled = Omit<Sandbox, 'controlUrl'>;
type Body = Record<string, unknown>;

/** The sandbox's own API: what an operator, AWS or bad luck would do. JSON in, JSON out. */
export async function startControl(sandbox: Controlled, port = 0): Promise<HttpService> {
  const server = createServer(async (request, response) => {
    let status = 200;
    let answer: unknown;
    try {
      answer = act(
        sandbox,
        `${request.method}`,
        new URL(request.url ?? '/', 'http://control'),
        await bodyOf(request),
      );
      if (answer === undefined) [status, answer] = [404, { message: 'no such call' }];
    } catch (error) {
      [status, answer] = [400, { message: (error as Error).message }];
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Carries one call out. Undefined: there is no such call. */
export function act(sandbox: Controlled, method: string, url: URL, body: Body): unknown {
  const call = `${method} ${url.pathname}`;
  const { autoscaling: group } = sandbox;
  switch (call) {
    case 'GET /state':
      return stateOf(sandbox);
    case 'GET /log':
      return sandbox.log.entries.filter((entry) => entry.seq > Number(url.searchParams.get('since') ?? 0));
    case 'POST /jobs':
      return { id: sandbox.gitlab.addJob({ script: scriptOf(body) }).id };
    case 'POST /group':
      group.resize({
        minSize: body.min as number | undefined,
        maxSize: body.max as number | undefined,
        desiredCapacity: body.desired as number | undefined,
      });
      return stateOf(sandbox);
    case 'POST /warm-pool':
      group.warmPool.put(poolOf(body));
      return stateOf(sandbox);
    case 'DELETE /warm-pool':
      group.warmPool.delete();
      return stateOf(sandbox);
    case 'POST /refresh':
      return { id: group.refreshes.start({ scaleInProtected: 'Wait', standby: 'Wait' }) };
    case 'POST /aws-clock': {
      const seconds = Number(body.aheadSeconds ?? 0);
      if (!Number.isFinite(seconds)) throw new Error('aheadSeconds must be a number');
      sandbox.setAwsClock(seconds * 1000);
      return { aheadSeconds: seconds };
    }
    case 'POST /faults':
      sandbox.faults.add(body as unknown as FaultRule);
      return sandbox.faults.rules;
    case 'DELETE /faults':
      sandbox.faults.clear();
      return [];
  }
  const one = /^POST \/instances\/([^/]+)\/([a-z-]+)$/.exec(call);
  const deed = ownEntry(deeds, one?.[2] ?? '');
  if (deed === undefined) return undefined;
  deed(sandbox, one?.[1] ?? '', body);
  return stateOf(sandbox);
}

/** What can be done to one instance: by an operator, by AWS, or by its own host. */
const deeds: Record<string, (sandbox: Controlled, id: string, body: Body) => void> = {
  interruption: (sandbox, id, body) => sandbox.interrupt(id, body as InterruptionOptions),
  rebalance: (sandbox, id) => sandbox.rebalance(id),
  terminate: ({ autoscaling }, id, body) => void autoscaling.terminate(id, body.decrement === true),
  maintenance: (sandbox, id, body) => sandbox.scheduleMaintenance(id, maintenanceOf(body)),
  // These take their time; the event log tells when the machine is down, and when it has started.
  reboot: (sandbox, id) => void sandbox.reboot(id),
  poweroff: (sandbox, id) => void sandbox.powerOff(id),
  standby: ({ autoscaling }, id, body) => autoscaling.move(id, 'Standby', body.decrement === true),
  'in-service': ({ autoscaling }, id) => autoscaling.move(id, 'InService', false),
  'revoke-credentials': ({ credentials }, id) => credentials.revoke(id),
  detach: ({ autoscaling }, id, body) => autoscaling.move(id, 'Detached', body.decrement === true),
  'rebalance-zones': ({ autoscaling }, id) => autoscaling.rebalanceZones(id),
};

function stateOf({ autoscaling: group, gitlab, awsUrl, gitlabUrl, instances }: Controlled) {
  return {
    awsUrl,
    gitlabUrl,
    group: {
      name: group.name,
      minSize: group.minSize,
      maxSize: group.maxSize,
      desiredCapacity: group.desiredCapacity,
    },
    instances: [...group.instances.values()].map((instance) => ({
      id: instance.id,
      lifecycleState: instance.lifecycleState,
      scaleInProtected: instance.scaleInProtected,
      openHooks: [...instance.actions.keys()],
      metadataUrl: instances.get(instance.id)?.metadataUrl ?? null,
    })),
    runners: gitlab.runners.map(({ id, description, managers }) => ({
      id,
      description,
      managers: [...managers.keys()],
    })),
    jobs: gitlab.jobs.map(({ id, state, systemId, failureReason }) => ({
      id,
      state,
      systemId,
      failureReason,
    })),
  };
}

/** `{"inSeconds": N}` schedules a reboot; with the same id and `"state": "canceled"` or `"completed"` it is over. */
function maintenanceOf(body: Body): MaintenanceEvent {
  const { id = 'instance-event-0123456789abcdef0', code = 'system-reboot', state = 'active' } = body;
  if (state !== 'active' && state !== 'canceled' && state !== 'completed') {
    throw new Error('state must be active, canceled or completed');
  }
  const seconds = Number(body.inSeconds ?? 0);
  if (!Number.isFinite(seconds)) throw new Error('inSeconds must be a number');
  const notBefore = Date.now() + seconds * 1000;
  const description = `scheduled reboot (${state})`;
  return { id: `${id}`, code: `${code}`, description, notBefore, notAfter: null, state };
}

function poolOf({ poolState = 'Stopped', minSize = 0, maxGroupPreparedCapacity = null, ...body }: Body) {
  if (poolState !== 'Stopped' && poolState !== 'Running' && poolState !== 'Hibernated') {
    throw new Error('poolState must be Stopped, Running or Hibernated');
  }
  return {
    poolState,
    minSize: Number(minSize),
    maxGroupPreparedCapacity: maxGroupPreparedCapacity === null ? null : Number(maxGroupPreparedCapacity),
    reuseOnScaleIn: body.reuseOnScaleIn === true,
  } as const;
}

function scriptOf(body: Body): string[] {
  if (Array.isArray(body.script) && body.script.every((line) => typeof line === 'string')) return body.script;
  throw new Error('POST /jobs needs {"script": ["command", …]}');
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('the body must be a JSON object');
  return value as Body;
}
