import { randomUUID } from 'node:crypto';
import type { ScalingGroup } from './autoscaling/group.ts';
import { AwsFault } from './autoscaling/model.ts';
import { autoScalingOperation, isMutating } from './autoscaling/operations.ts';
import { ec2Operation } from './ec2.ts';
import type { Faults } from './faults.ts';
import { type HttpRequest, type HttpService, type OpenPort, type Reply, type Route, serve } from './http.ts';
import type { EventLog } from './log.ts';
import type { RoleCredentials } from './role-credentials.ts';
import { signatureFault, signedBy } from './signature.ts';
import {
  type StoredSecrets,
  storedSecretsAnswer,
  storedSecretsError,
  storedSecretsRoute,
} from './stored-secrets.ts';
import { toXml, type XmlValue } from './xml.ts';

const AUTO_SCALING_NAMESPACE = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';
const EC2_NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const EC2_VERSION = '2016-11-15';

const paramsOf = (request: HttpRequest): URLSearchParams =>
  new URLSearchParams(request.method === 'GET' ? request.query : request.body.toString('utf8'));

const xml = (status: number, body: string): Reply => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});

/**
 * Auto Scaling and EC2 over the Query protocol, SSM and Secrets Manager over the JSON protocol, on one endpoint; the API
 * version and the target header tell them apart.
 */
export function startAwsServer(options: {
  group: ScalingGroup;
  stored: StoredSecrets;
  region: string;
  log: EventLog;
  faults: Faults;
  /** The instances' temporary keys. */
  keys: RoleCredentials;
  /** AWS's own clock, ms since the epoch. */
  now(): number;
  port?: number | undefined;
  open?: OpenPort | undefined;
}): Promise<HttpService> {
  const { group, stored, region, log, faults, keys, now, port, open } = options;
  const dated = (reply: Reply): Reply => ({
    ...reply,
    headers: { date: new Date(now()).toUTCString(), ...reply.headers },
  });
  return serve({
    service: 'autoscaling',
    log,
    faults,
    throttled: ({ service }) => {
      if (service === 'ec2') return { status: 503, code: 'RequestLimitExceeded' };
      return { status: 400, code: isJson(service) ? 'ThrottlingException' : 'Throttling' };
    },
    errorReply: ({ status, code, message }, { service }) =>
      errorOf(service, new AwsFault(code, message, status)),
    route: (request) => {
      const accessKeyId = signedBy(request)?.accessKeyId;
      const json = storedSecretsRoute(request);
      if (json !== null) return { ...json, accessKeyId };
      const params = paramsOf(request);
      const operation = params.get('Action') ?? 'Unknown';
      const isEc2 = params.get('Version') === EC2_VERSION;
      const [id = undefined] = ['InstanceId', 'InstanceIds.member.1', 'InstanceId.1'].flatMap(
        (name) => params.get(name) ?? [],
      );
      const shown = Object.fromEntries([...params].filter(([name]) => !/^(Action|Version)$/.test(name)));
      return {
        operation,
        service: isEc2 ? 'ec2' : 'autoscaling',
        instanceId: id,
        mutating: isMutating(operation),
        params: shown,
        accessKeyId,
      };
    },
    handle: (request, route) => {
      const { operation, service } = route;
      try {
        const refusal = signatureFault(signedBy(request), service, { keys, now: now() });
        if (refusal !== null) throw refusal;
        if (isJson(service)) return dated(storedSecretsAnswer(stored, region, request, route));
        const params = paramsOf(request);
        return dated(
          service === 'ec2'
            ? ec2Answer(operation, ec2Operation(group, operation, params))
            : autoScalingAnswer(operation, autoScalingOperation(group, operation, params)),
        );
      } catch (error) {
        if (!(error instanceof AwsFault)) throw error;
        return dated(errorOf(service, error));
      }
    },
    ...(port === undefined ? {} : { port }),
    ...(open && { open }),
  });
}

const isJson = (service: Route['service']) => service === 'ssm' || service === 'secretsmanager';

function errorOf(service: Route['service'], fault: AwsFault): Reply {
  if (isJson(service)) return storedSecretsError(fault);
  return service === 'ec2' ? ec2Error(fault) : autoScalingError(fault.status, fault.code, fault.message);
}

function autoScalingAnswer(operation: string, result: XmlValue): Reply {
  const inner = result === null ? '' : `<${operation}Result>${toXml(result, 'member')}</${operation}Result>`;
  return xml(
    200,
    `<${operation}Response xmlns="${AUTO_SCALING_NAMESPACE}">${inner}<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${operation}Response>`,
  );
}

function autoScalingError(status: number, code: string, message: string): Reply {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = toXml({ Type: type, Code: code, Message: message }, 'member');
  return xml(
    status,
    `<ErrorResponse xmlns="${AUTO_SCALING_NAMESPACE}"><Error>${error}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function ec2Answer(operation: string, result: XmlValue): Reply {
  return xml(
    200,
    `<${operation}Response xmlns="${EC2_NAMESPACE}"><requestId>${randomUUID()}</requestId>${toXml(result, 'item')}</${operation}Response>`,
  );
}

function ec2Error({ status, code, message }: AwsFault): Reply {
  const error = toXml({ Code: code, Message: message }, 'item');
  return xml(
    status,
    `<Response><Errors><Error>${error}</Error></Errors><RequestID>${randomUUID()}</RequestID></Response>`,
  );
}
