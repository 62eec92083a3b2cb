import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** The figures asked for, in the order of the list of all. */
  figures: string[];
  pairs: number;
  json: boolean;
}

/** Fewer pairs than this are for trying things out: the result says how many there were. */
const PAIRS = 15;

/** Reads the command line. Throws an Error that names what is wrong with it. */
export function readOptions(args: string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { pairs: { type: 'string', default: String(PAIRS) }, json: { type: 'boolean', default: false } },
  });
  const pairs = Number(values.pairs);
  if (!Number.isInteger(pairs) || pairs < 1) {
    throw new Error(`--pairs must be a whole number from 1, not ${values.pairs}`);
  }
  // `services` means every figure that begins so.
  const isMeant = (name: string) => positionals.some((one) => one === name || name.startsWith(`${one}-`));
  const stranger = positionals.find(
    (one) => !known.some((name) => name === one || name.startsWith(`${one}-`)),
  );
  if (stranger !== undefined) throw new Error(`there is no figure ${stranger}: take ${known.join(', ')}`);
  const figures = positionals.length === 0 ? [...known] : known.filter(isMeant);
  return { figures, pairs, json: values.json };
}
