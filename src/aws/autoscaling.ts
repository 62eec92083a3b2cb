import type { AutoScalingClient, AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';
import { AwsCallError } from './errors.ts';

type Sdk = typeof import('./sdk.ts');
/** How one command is sent; `options` carries the abort signal. */
type Send<O> = (client: AutoScalingClient, sdk: Sdk, options: { abortSignal?: AbortSignal }) => Promise<O>;

export interface AutoScalingOptions {
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

export interface AutoScalingApi {
  /** Makes one call. Throws AwsCallError, which names `operation`; an abort throws the signal's reason. */
  call<O>(operation: string, send: Send<O>, options?: CallOptions): Promise<O>;
  close(): void;
}

/** The Auto Scaling API. The SDK is loaded, and a client made, when the first call needs it. */
export function createAutoScaling(options: AutoScalingOptions): AutoScalingApi {
  const clients = new Map<number, AutoScalingClient>();

  const clientFor = (sdk: Sdk, attempts: number): AutoScalingClient => {
    const existing = clients.get(attempts);
    if (existing) return existing;
    const client = new sdk.AutoScalingClient(clientConfig(options, attempts));
    clients.set(attempts, client);
    return client;
  };
  const close = () => {
    for (const client of clients.values()) client.destroy();
    clients.clear();
  };

  return {
    close,
    async call<O>(operation: string, send: Send<O>, { attempts = 4, signal }: CallOptions = {}) {
      const sdk = await loadSdk();
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

/** The SDK announces on standard error which Node it will need some day; nobody who reads an agent's log can act on it. */
function loadSdk(): Promise<Sdk> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return import('./sdk.ts');
}

function clientConfig(options: AutoScalingOptions, attempts: number): AutoScalingClientConfig {
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

/** Credentials from the instance's role change while a drain goes on: ask for new ones, once. */
function credentialsExpired(error: unknown): boolean {
  return /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/.test((error as Error).name);
}
