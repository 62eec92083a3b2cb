/** The numbers that the chart's guards and timers use. All times in ms. Made from the configuration. */
export interface LifecyclePolicy {
  /** No job for this long: retire the instance. */
  idleThreshold: number;
  /** How long a drain may take when nothing else limits it. */
  drainLimit: number;
  /** SIGTERM goes out this long before a Spot interruption's deadline. */
  interruptionMargin: number;
  /** How long a silent Auto Scaling API may hold up a termination that the metadata announces. */
  confirmLimit: number;
  /** From SIGTERM to SIGKILL when forcing. */
  forceLimit: number;
  /** All of launching: after it, abandoning. */
  launchLimit: number;
  initAttempts: number;
  unregAttempts: number;
  repairAttempts: number;
  /** First retry delay; doubles up to `retryDelayMax`. */
  retryDelay: number;
  retryDelayMax: number;
  /** Periodic re-check in states that wait for the world. */
  recheck: number;
  /** How long before a scheduled maintenance the intake goes off. */
  maintenanceLead: number;
  /** When the host goes down: from that to SIGTERM for the runner. */
  shutdownLimit: number;
  /** When the host goes down: how long all of it may be held up, unregistering included. */
  haltLimit: number;
  /** Scale-in protection while jobs run. */
  protection: 'auto' | 'off';
}

export const defaultPolicy: LifecyclePolicy = {
  idleThreshold: 600_000,
  drainLimit: 7_200_000,
  interruptionMargin: 20_000,
  confirmLimit: 60_000,
  forceLimit: 30_000,
  launchLimit: 1_800_000,
  initAttempts: 3,
  unregAttempts: 5,
  repairAttempts: 3,
  retryDelay: 5_000,
  retryDelayMax: 60_000,
  recheck: 30_000,
  maintenanceLead: 600_000,
  shutdownLimit: 60_000,
  haltLimit: 90_000,
  protection: 'auto',
};
