import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  method: string;
  path: string;
  body: Record<string, unknown>;
  headers: IncomingMessage['headers'];
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** An HTTP server that records each call and answers as `answer` says. */
export async function startServer(answer: (call: Call) => Reply) {
  const calls: Call[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const isForm = request.headers['content-type']?.includes('form') ?? false;
    const body = isForm ? Object.fromEntries(new URLSearchParams(text)) : text === '' ? {} : JSON.parse(text);
    const call = { method: request.method ?? '', path: request.url ?? '', body, headers: request.headers };
    calls.push(call);
    const reply = answer(call);
    const content = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? '');
    response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers });
    response.end(reply.status === 204 ? undefined : content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    mutating: () =>
      calls.filter((call) => call.method !== 'GET').map((call) => `${call.method} ${call.path}`),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** A GitLab that knows runners by token, with the calls that registration needs. */
export async function startGitlab() {
  const runners = new Map<string, { id: number; description: string; managers: Set<string> }>();
  const state = { nextId: 1, override: (_call: Call): Reply | null => null };
  const add = (token: string, description = '') => {
    const runner = { id: state.nextId++, description, managers: new Set<string>() };
    runners.set(token, runner);
    return runner;
  };
  const server = await startServer((call) => {
    const path = call.path.replace('/api/v4/', '').replace(/\?.*/, '');
    const token = String(call.body.token ?? '');
    const known = runners.get(token);
    const byId = [...runners].find(([, runner]) => path.startsWith(`runners/${runner.id}`));
    const overridden = state.override(call);
    if (overridden) return overridden;
    switch (`${call.method} ${path.replace(/\/\d+/, '/:id')}`) {
      case 'POST runners/verify':
        known?.managers.add(String(call.body.system_id));
        return known
          ? { status: 200, body: { id: known.id, token, token_expires_at: null } }
          : { status: 403 };
      case 'POST user/runners': {
        const created = `glrt-created${String(state.nextId).padStart(12, '0')}`;
        const { id } = add(created, String(call.body.description));
        return { status: 201, body: { id, token: created, token_expires_at: null } };
      }
      case 'GET runners/all':
        return {
          status: 200,
          body: [...runners.values()].map(({ id, description }) => ({ id, description })),
        };
      case 'POST runners/:id/reset_authentication_token': {
        if (!byId) return { status: 404 };
        runners.delete(byId[0]);
        runners.set('glrt-reset00000000000000', byId[1]);
        return { status: 201, body: { token: 'glrt-reset00000000000000', token_expires_at: null } };
      }
      case 'DELETE runners/managers':
        if (!known) return { status: 403 };
        return { status: known.managers.delete(String(call.body.system_id)) ? 204 : 404 };
      case 'DELETE runners/:id':
        return { status: byId && runners.delete(byId[0]) ? 204 : 404 };
      default:
        return { status: 404 };
    }
  });
  return Object.assign(server, { runners, add, state });
}

/** Auto Scaling with one group and lifecycle actions that can be completed once. */
export async function startAutoScaling() {
  const state = { desired: 1, max: 3, states: ['InService'], open: true, failures: [] as string[] };
  const xml = (operation: string, result: string): Reply => ({
    status: 200,
    headers: { 'Content-Type': 'text/xml' },
    body: `<${operation}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${operation}Response>`,
  });
  const fault = (status: number, code: string, message: string): Reply => ({
    status,
    headers: { 'Content-Type': 'text/xml' },
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  });
  const server = await startServer(({ body }) => {
    const failure = state.failures.shift();
    if (failure) return fault(failure === 'ResourceContention' ? 500 : 400, failure, 'Rate exceeded');
    switch (body.Action) {
      case 'CompleteLifecycleAction':
        if (!state.open) {
          return fault(400, 'ValidationError', 'No active Lifecycle Action found with instance ID i-0abc');
        }
        state.open = false;
        return xml('CompleteLifecycleAction', '');
      case 'DescribeAutoScalingInstances':
        return xml(
          'DescribeAutoScalingInstances',
          '<AutoScalingInstances><member><InstanceId>i-0abc</InstanceId><LifecycleState>Pending:Wait</LifecycleState></member></AutoScalingInstances>',
        );
      case 'DescribeAutoScalingGroups': {
        const instances = state.states
          .map(
            (one, index) =>
              `<member><InstanceId>i-${index}</InstanceId><LifecycleState>${one}</LifecycleState></member>`,
          )
          .join('');
        return xml(
          'DescribeAutoScalingGroups',
          `<AutoScalingGroups><member><AutoScalingGroupName>fleet</AutoScalingGroupName><MinSize>0</MinSize><MaxSize>${state.max}</MaxSize><DesiredCapacity>${state.desired}</DesiredCapacity><Instances>${instances}</Instances><SuspendedProcesses/></member></AutoScalingGroups>`,
        );
      }
      case 'SetDesiredCapacity':
        state.desired = Number(body.DesiredCapacity);
        state.states.push('Pending');
        return xml('SetDesiredCapacity', '');
      default:
        return fault(400, 'InvalidAction', String(body.Action));
    }
  });
  const actions = () => server.calls.map((call) => String(call.body.Action));
  return Object.assign(server, { state, actions });
}
