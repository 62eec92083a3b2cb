import { InvalidArgumentError } from 'commander';
import type { PagePort } from '../demo/page.ts';

/** The value of `--page`: a port, or `off`. Not null for that: commander makes an empty text of it. */
export function pagePort(text: string): PagePort {
  if (text === 'off') return text;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a port, or off.');
}
