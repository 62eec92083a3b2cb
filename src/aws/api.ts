import { AwsCallError } from './errors.ts';

/** How one command is sent; `options` carries the abort signal. */
type Send<Client, Sdk, O> = (client: Client, sdk: Sdk, options: { abortSignal?: AbortSignal }) => Promise<O>;

export interface AwsApiOptions {
  /** Another endpoint than AWS's own. */
  endpoint?: string | undefined;
  region: string | (() => Promise<string>);
  /** For one attempt, in ms; default 5 s. */
  requestTimeout?: number;
  /** In ms; default 2 s. */
  connectionTimeout?: number;
}

export interface CallOptions {
  /** Attempts in all; throttling, server errors and broken connections are tried again. Default 4. */
  attempts?: 1 | 2 | 4;
  signal?: AbortSignal | undefined;
}

export interface AwsApi<Client, Sdk> {
  /** Makes one call. Throws AwsCallError, which names `operation`; an abort throws the signal's reason. */
  call<O>(operation: string, send: Send<Client, Sdk, O>, options?: CallOptions): Promise<O>;
  close(): void;
}

/** One service of AWS. Its SDK is loaded, and a client made, when the first call needs it. */
export function createAwsApi<Client extends { destroy(): void }, Sdk>(
  options: AwsApiOptions,
  load: () => Promise<Sdk>,
  makeClient: (sdk: Sdk, config: ReturnType<typeof clientConfig>) => Client,
): AwsApi<Client, Sdk> {
  const clients = new Map<number, Client>();

  const clientFor = (sdk: Sdk, attempts: number): Client => {
    const existing = clients.get(attempts);
    if (existing) return existing;
    const client = makeClient(sdk, clientConfig(options, attempts));
    clients.set(attempts, client);
    return client;
  };
  const close = () => {
    for (const client of clients.values()) client.destroy();
    clients.clear();
  };

  return {
    close,
    async call(operation, send, { attempts = 4, signal } = {}) {
      // The SDK announces on standard error which Node it will need some day; nobody who reads a log can act on it.
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
      const sdk = await load();
      const attempt = () => send(clientFor(sdk, attempts), sdk, signal ? { abortSignal: signal } : {});
      try {
        return await attempt().catch((error: unknown) => {
          if (!credentialsExpired(error)) throw error;
          close();
          return attempt();
        });
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        throw new AwsCallError(operation, error);
      }
    },
  };
}

function clientConfig(options: AwsApiOptions, attempts: number) {
  const { requestTimeout = 5_000, connectionTimeout = 2_000 } = options;
  return {
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    maxAttempts: attempts,
    retryMode: attempts === 1 ? 'standard' : 'adaptive',
    requestHandler: {
      requestTimeout,
      connectionTimeout,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeout,
    },
  };
}

/**
 * The keys of the instance's role have expired while a drain goes on, or AWS knows them no more: a new role was attached.
 * Ask the metadata for new ones, once.
 */
function credentialsExpired(error: unknown): boolean {
  return /^(ExpiredToken(Exception)?|RequestExpired|InvalidClientTokenId|UnrecognizedClientException)$/.test(
    (error as Error).name,
  );
}
