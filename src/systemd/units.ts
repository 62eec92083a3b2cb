import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DroverError } from '../errors.ts';

/** systemd begins a start or stop within this (ms), or it does not answer at all. */
const ANSWER_LIMIT = 10_000;
/** A unit of ours that is stopped cancels its playbook first; systemd kills it after its own limit (ms). */
const STOP_LIMIT = 150_000;

/** Our units, without their suffix. */
export type Unit = 'init-runner' | 'monitor-jobs' | 'scale-up' | 'lifecycle-check' | 'unreg-runner';

const service = (unit: Unit): string => `${unit}.service`;

/** Asks systemd to start a unit, and does not wait for it. Nothing happens where it runs already. */
export async function startUnit(unit: Unit): Promise<void> {
  await systemctl(['start', '--no-block', service(unit)], ANSWER_LIMIT);
}

/** Starts a unit anew, whether it runs or not. */
export async function restartUnit(unit: Unit): Promise<void> {
  await systemctl(['restart', '--no-block', service(unit)], ANSWER_LIMIT);
}

/** Stops units, and waits until they have ended. */
export async function stopUnits(units: readonly Unit[]): Promise<void> {
  await systemctl(['stop', ...units.map(service)], STOP_LIMIT);
}

/** ActiveState of a unit, such as `active`, `activating`, `inactive`, `failed`. */
export async function activeState(unit: Unit): Promise<string> {
  const text = await systemctl(['show', '--property=ActiveState', '--value', service(unit)], ANSWER_LIMIT);
  return text.trim();
}

/** The version of the systemd of this host, such as 252. */
export async function systemdVersion(): Promise<number> {
  const text = await systemctl(['--version'], ANSWER_LIMIT);
  const version = Number(/^systemd (\d+)/.exec(text)?.[1]);
  if (!Number.isInteger(version)) throw new DroverError(`systemctl --version says ${text.slice(0, 60)}`);
  return version;
}

async function systemctl(args: string[], timeout: number): Promise<string> {
  try {
    return (await promisify(execFile)('systemctl', args, { timeout })).stdout;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw new DroverError(`systemctl ${args.join(' ')} failed: ${(stderr || message).trim()}`, { cause });
  }
}
