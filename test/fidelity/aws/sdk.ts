import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import type { AnyClient, Call, Service, Told } from './answers.ts';

interface AnySdkClient {
  send(command: object): Promise<Record<string, unknown>>;
  destroy(): void;
}
type Commands = Record<string, new (params: object) => object>;

// What the SDK tells of Node's versions to come is for those who choose them.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const credentials = { accessKeyId: 'fidelity', secretAccessKey: 'fidelity' };

/** The services that Drover itself calls; the playbooks' others are boto3's alone. */
export const hasSdk = (service: Service): boolean => service === 'autoscaling' || service === 'ec2';

/** The AWS SDK for JavaScript v3, any operation by its name. */
export function startSdk(): AnyClient {
  const clients = new Map<string, AnySdkClient>();
  const clientOf = (endpoint: string, service: Service): AnySdkClient => {
    const settings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
    const make = () =>
      service === 'ec2' ? new ec2.EC2Client(settings) : new autoscaling.AutoScalingClient(settings);
    const key = `${service} ${endpoint}`;
    const client = clients.get(key) ?? (make() as unknown as AnySdkClient);
    clients.set(key, client);
    return client;
  };
  return {
    async call(endpoint: string, { service, operation, params }: Call): Promise<Told> {
      const commands = (service === 'ec2' ? ec2 : autoscaling) as unknown as Commands;
      const Command = commands[`${operation}Command`];
      if (Command === undefined) throw new Error(`the SDK has no ${operation}`);
      try {
        const { $metadata, ...answer } = await clientOf(endpoint, service).send(new Command(params));
        return { answer: plain(answer), error: null, status: statusOf($metadata), problems: [] };
      } catch (cause) {
        const { name, message, $metadata } = cause as Error & { $metadata?: unknown };
        // The SDK names an error by its shape, boto3 by its code: `ScalingActivityInProgress` is a ...Fault here.
        const code = /syntax|deserializ|unknown/i.test(`${name} ${message}`)
          ? 'Unreadable'
          : name.replace(/Fault$/, '');
        return { answer: null, error: { code, message }, status: statusOf($metadata), problems: [] };
      }
    },
    async close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

const statusOf = (metadata: unknown): number =>
  (metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode ?? 0;

/** Dates as boto3's side writes them, and members that are not there left out. */
const plain = (answer: object): Record<string, unknown> =>
  JSON.parse(
    JSON.stringify(answer, function (this: Record<string, unknown>, key, value) {
      return this[key] instanceof Date ? { $timestamp: value } : value;
    }),
  );
