import { InvalidArgumentError } from 'commander';

/** The value of `--page`: a port, or null for `off`. */
export function pagePort(text: string): number | null {
  if (text === 'off') return null;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a port, or off.');
}
