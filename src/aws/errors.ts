import { AwsError } from '../errors.ts';
import { clockAdvice } from './clock-advice.ts';

/** What kind of failure a call to AWS ended with; it decides what may be done about it. */
export type AwsFailure =
  /** AWS understood and refused: asking again gives the same answer. */
  | 'refused'
  /** Refused for now, and certainly not carried out. */
  | 'throttled'
  /** No answer, or a server's error: it may have been carried out. */
  | 'unanswered';

/** One call to AWS failed, after the retries that it was allowed. */
export class AwsCallError extends AwsError {
  readonly operation: string;
  readonly code: string;
  readonly failure: AwsFailure;
  /** AWS's own words. */
  readonly detail: string;

  constructor(operation: string, cause: unknown) {
    const { name: code = 'Error', message = String(cause), $metadata, $response } = (cause ?? {}) as SdkError;
    const detail = message || code;
    const advice = clockAdvice({ code, detail, date: $response?.headers?.date, now: Date.now() });
    super(`${operation} failed: ${code}: ${detail}${advice === null ? '' : `; ${advice}`}`, { cause });
    this.operation = operation;
    this.code = code;
    this.detail = detail;
    this.failure = classify(code, $metadata?.httpStatusCode);
  }
}

interface SdkError {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

function classify(code: string, status: number | undefined): AwsFailure {
  if (/throttl|RequestLimitExceeded|TooManyRequests|ResourceContention|SlowDown/i.test(code))
    return 'throttled';
  if (status === 429) return 'throttled';
  if (status === undefined || status >= 500 || status < 400) return 'unanswered';
  return 'refused';
}

/** "No active Lifecycle Action found …": completed already, or timed out. */
export const isActionGone = (error: unknown): boolean =>
  error instanceof AwsCallError && isValidation(error) && /no active lifecycle action/i.test(error.detail);

/** AWS's ValidationError: final, asking again does not help. */
export const isValidation = (error: unknown): boolean =>
  error instanceof AwsCallError && error.code === 'ValidationError';
