import type { AutoScalingGroup, LifecycleHook } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingApi } from '../aws/autoscaling.ts';
import type { Ec2Api } from '../aws/ec2.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Identity } from '../sources/identity.ts';
import type { Finding } from './finding.ts';
import type { ProgramOutput } from './run-program.ts';

/** What the checks look at. What several of them need is read once; each reader throws where it cannot be read. */
export interface Examination {
  config: Config;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  clock: Clock;
  /** Runs a program of this host to its end; null: there is no such program. */
  program(file: string, args: readonly string[]): Promise<ProgramOutput | null>;
  identity(): Promise<Identity>;
  apis(): Promise<{ autoscaling: AutoScalingApi; ec2: Ec2Api }>;
  /** The group of this instance as AWS describes it; null: it is in none. */
  group(): Promise<AutoScalingGroup | null>;
  hooks(): Promise<LifecycleHook[]>;
}

/** One thing that is looked at. */
export interface Check {
  /** A short name for lists and for programs. */
  name: string;
  /** Finds out; never throws for what it looks for, and may throw for what keeps it from looking. */
  run(examination: Examination): Promise<Finding[]>;
}
