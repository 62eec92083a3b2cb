import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

/** GitLab's own token forms, so that a token that nobody told us about (rotated by the runner) is caught too. */
const TOKEN_FORMS = /\bgl(?:rt|rtr|pat|cbt|agent|deploy)-[\w.-]{8,}/g;
const MASK = '[redacted]';
/** Shorter strings would blank out ordinary words. */
const SHORTEST_SECRET = 6;

/** The secrets of this process, and how to take them out of a text. */
export class Secrets {
  readonly #known = new Set<string>();

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET) return;
    this.#known.add(secret);
    this.#known.add(JSON.stringify(secret).slice(1, -1));
    this.#known.add(encodeURIComponent(secret));
  }

  get all(): string[] {
    return [...this.#known];
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of this.#known) clean = clean.replaceAll(secret, MASK);
    return clean.replace(TOKEN_FORMS, (token) => `${token.slice(0, token.indexOf('-') + 1)}${MASK}`);
  }
}

export interface LoggerOptions {
  level: string;
  /** Taken out of every line, wherever they stand in it. */
  secrets?: Secrets;
  /** Fields on every line, such as the instance id. */
  base?: Record<string, unknown>;
  /** Where lines go; default: standard output. */
  destination?: { write(line: string): void };
}

/** An error as people need it; where in the code it arose is for those who asked for debug messages. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  return { type: error.name, ...(code === undefined ? {} : { code }), message: error.message };
}

/** A pino logger: one JSON object a line, time in ISO 8601, level as a word, secrets masked. */
export function createLogger(options: LoggerOptions): Logger {
  const out = options.destination ?? pino.destination({ dest: 1, sync: true });
  const { secrets } = options;
  return pino(
    {
      level: options.level,
      base: options.base ?? null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: {
        err: options.level === 'debug' || options.level === 'trace' ? pino.stdSerializers.err : describeError,
      },
      formatters: { level: (label) => ({ level: label }) },
    },
    secrets ? { write: (line: string) => void out.write(secrets.redact(line)) } : out,
  );
}
