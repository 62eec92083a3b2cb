import { FatalError } from './log.ts';

/** What a flag takes; `boolean` is true without a value and may be given as `--flag=false`. */
export type FlagKind = 'string' | 'boolean' | 'number';

export interface FlagSpec {
  kind: FlagKind;
  /** Further names, without dashes. */
  aliases?: string[];
  /** Read when the flag is not given. */
  env?: string;
}

export type Flags = Record<string, string | undefined>;

/** Parses flags as gitlab-runner's command line does: one dash or two, `--name value` or `--name=value`. */
export function parseFlags(
  args: string[],
  specs: Record<string, FlagSpec>,
  env: NodeJS.ProcessEnv = process.env,
): Flags {
  const flags: Flags = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = spec.env === undefined ? undefined : env[spec.env];
    if (value !== undefined && value !== '') flags[name] = value;
  }
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    const [, given, inline] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (given === undefined) throw new FatalError(`unexpected argument ${arg}`);
    const [name, spec] = find(given, specs);
    if (spec.kind === 'boolean') flags[name] = inline ?? 'true';
    else flags[name] = inline ?? queue.shift() ?? missing(given);
  }
  return flags;
}

function find(given: string, specs: Record<string, FlagSpec>): [string, FlagSpec] {
  const found = Object.entries(specs).find(([name, spec]) => name === given || spec.aliases?.includes(given));
  if (!found) throw new FatalError(`flag provided but not defined: -${given}`);
  return found;
}

const missing = (name: string): never => {
  throw new FatalError(`flag needs an argument: -${name}`);
};

/** Whether a boolean flag is on. */
export const isOn = (value: string | undefined): boolean => value === 'true' || value === '1';

/** A flag's value as a whole number, or undefined when it is not given. */
export function integerOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^-?\d+$/.test(value)) throw new FatalError(`invalid value "${value}" for flag -${name}`);
  return Number(value);
}
