/**
 * The errors that Drover raises on purpose. Each message says what happened, with which id, and how to mend it.
 * The command line prints the message alone (the stack only with --debug) and exits with `exitCode`.
 */
export class DroverError extends Error {
  /** 2 for usage and configuration, 1 for a failure at run time. */
  readonly exitCode: 1 | 2;
  constructor(message: string, options: { cause?: unknown; exitCode?: 1 | 2 } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The configuration, or something that it names, cannot be used. */
export class ConfigError extends DroverError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, exitCode: 2 });
  }
}

/** A playbook could not be started, or ended in a way that is not success. */
export class PlaybookError extends DroverError {}

/** An AWS call failed for good: the message carries the operation, the error code and AWS's own words. */
export class AwsError extends DroverError {}

/** The instance metadata service did not answer as documented. */
export class MetadataError extends DroverError {}

/** GitLab's API refused, or did not answer. */
export class GitLabError extends DroverError {}

/** Another process owns the state directory. */
export class LockedError extends DroverError {}

/** The journal or the record in it cannot be trusted. */
export class JournalError extends DroverError {}
