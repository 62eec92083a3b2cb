import { CommanderError } from 'commander';
import { DroverError } from '../errors.ts';

export interface Failure {
  exitCode: number;
  /** One line for programs. */
  message: string;
  /** What to write to standard error; null: it has been said already, or there is nothing to say. */
  text: string | null;
}

/**
 * Turns whatever a command threw into an exit code and a message: 2 for usage and configuration, 1 for a failure, the
 * signal's own code after an interruption. The stack is for --debug only.
 */
export function explainFailure(
  error: unknown,
  { debug, interrupted }: { debug: boolean; interrupted: number | null },
): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    // Commander has written its message, help or version itself.
    return { exitCode: error.exitCode === 0 ? 0 : 2, message: message.replace(/^error: /, ''), text: null };
  }
  if (interrupted !== null) return { exitCode: interrupted, message, text: `drover: ${message}` };
  const stack = debug && error instanceof Error ? `\n${stackOf(error)}` : '';
  return {
    exitCode: error instanceof DroverError ? error.exitCode : 1,
    message,
    text: `drover: ${message}${stack}`,
  };
}

function stackOf(error: Error): string {
  const own = error.stack ?? '';
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}
