import { randomUUID } from 'node:crypto';
import { AwsFault } from './autoscaling/model.ts';
import type { HttpRequest, Reply, Route } from './http.ts';
import { ownEntry } from './own-entry.ts';

/** SSM Parameter Store and Secrets Manager, as much of them as reading takes. */
export interface StoredSecrets {
  /** SecureString parameters, by name. */
  parameters: Map<string, string>;
  /** Secrets as text, by name. */
  secrets: Map<string, string>;
}

const TARGETS = { AmazonSSM: 'ssm', secretsmanager: 'secretsmanager' } as const;
const ACCOUNT = '123456789012';

/**
 * What a call of the JSON protocol asks for, by its X-Amz-Target header (`AmazonSSM.GetParameter`); null where the
 * request is of another protocol.
 */
export function storedSecretsRoute(request: HttpRequest): Route | null {
  const target = /^(AmazonSSM|secretsmanager)\.(\w+)$/.exec(`${request.headers['x-amz-target'] ?? ''}`);
  if (target?.[1] === undefined || target[2] === undefined) return null;
  const service = TARGETS[target[1] as keyof typeof TARGETS];
  return { operation: target[2], service, mutating: false, params: named(bodyOf(request)) };
}

type Give = (stored: StoredSecrets, region: string, body: Record<string, unknown>) => object;

const answers: Record<string, { service: Route['service']; give: Give }> = {
  GetParameter: { service: 'ssm', give: parameter },
  GetSecretValue: { service: 'secretsmanager', give: secret },
};

/** The name of every operation that the sandbox has of the two services. */
export const storedSecretsOperations: readonly string[] = Object.keys(answers);

/** The answer to a call that {@link storedSecretsRoute} knows. Throws AwsFault. */
export function storedSecretsAnswer(
  stored: StoredSecrets,
  region: string,
  request: HttpRequest,
  { operation, service }: Route,
): Reply {
  const answer = ownEntry(answers, operation);
  if (answer === undefined || answer.service !== service) throw new AwsFault('UnknownOperationException', '');
  return json(200, answer.give(stored, region, bodyOf(request)));
}

/** An error as both services put it. */
export function storedSecretsError({ status, code, message }: AwsFault): Reply {
  return json(status, { __type: code, message });
}

function parameter(stored: StoredSecrets, region: string, { Name, WithDecryption }: Record<string, unknown>) {
  const value = stored.parameters.get(`${Name}`);
  if (value === undefined) throw new AwsFault('ParameterNotFound', '');
  return {
    Parameter: {
      ARN: `arn:aws:ssm:${region}:${ACCOUNT}:parameter/${`${Name}`.replace(/^\//, '')}`,
      DataType: 'text',
      LastModifiedDate: 1_767_225_600,
      Name,
      Type: 'SecureString',
      // Who does not ask for it decrypted gets what KMS made of it.
      Value: WithDecryption === true ? value : `AQICAHh${Buffer.from('ciphertext').toString('base64')}`,
      Version: 1,
    },
  };
}

function secret(stored: StoredSecrets, region: string, { SecretId }: Record<string, unknown>) {
  const arn = (name: string) => `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${name}-AbCdEf`;
  const found = [...stored.secrets].find(([name]) => SecretId === name || SecretId === arn(name));
  if (found === undefined) {
    throw new AwsFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  const [name, text] = found;
  return {
    ARN: arn(name),
    CreatedDate: 1_767_225_600,
    Name: name,
    SecretString: text,
    VersionId: randomUUID(),
    VersionStages: ['AWSCURRENT'],
  };
}

function bodyOf(request: HttpRequest): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(request.body.toString('utf8'));
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    throw new AwsFault('SerializationException', '');
  }
}

/** For the event log, which hides fields that are called after secrets: a secret's name is none. */
const named = ({ Name, SecretId, WithDecryption }: Record<string, unknown>) => ({
  name: Name ?? SecretId,
  ...(WithDecryption === undefined ? {} : { WithDecryption }),
});

const json = (status: number, body: object): Reply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});
