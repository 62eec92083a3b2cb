import { parseArgs } from 'node:util';

export interface SoakOptions {
  /** How long the group is disturbed; what is under way then may end in peace. */
  minutes: number;
  json: boolean;
  /** Decides which disturbance comes when; what it meets depends on the machine's speed too. */
  seed: number;
  /** The group's size at the beginning. */
  instances: number;
}

/** Reads the command line. Throws an Error that names what is wrong with it. */
export function readOptions(args: string[]): SoakOptions {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string' },
      json: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      instances: { type: 'string', default: '8' },
    },
  });
  const [minutes, seed, instances] = [values.minutes, values.seed, values.instances].map(Number);
  if (minutes === undefined || !(minutes > 0)) {
    throw new Error(`--minutes must say how long, such as --minutes 10, not ${values.minutes}`);
  }
  if (!Number.isInteger(seed)) throw new Error(`--seed must be a whole number, not ${values.seed}`);
  if (instances === undefined || !Number.isInteger(instances) || instances < 1) {
    throw new Error(`--instances must be a whole number from 1, not ${values.instances}`);
  }
  return { minutes, json: values.json, seed: Number(values.seed), instances };
}
