import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { ConfigError } from '../errors.ts';

/** Larger than any configuration; a guard against a path that names something else. */
const MAX_BYTES = 1_000_000;

/** The mapping that the YAML file at `path` holds. ConfigError where it is unreadable, not UTF-8, or not a mapping. */
export function readYamlFile(path: string): Record<string, unknown> {
  const document = parseDocument(readText(path), { prettyErrors: true });
  const problem = document.errors[0];
  if (problem)
    throw new ConfigError(`${path} is not valid YAML: ${problem.message.trim()}`, { cause: problem });
  const content = toPlain(path, document);
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigError(`${path} must hold a mapping of keys to values at its top, such as "gitlab:"`);
  }
  return content as Record<string, unknown>;
}

function toPlain(path: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new ConfigError(`${path} cannot be read as YAML: ${(cause as Error).message}`, { cause });
  }
}

/** The text of a file that the configuration names, decoded strictly. */
export function readText(path: string, mend = 'create it, or name another with --config'): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(`${path} cannot be read; ${whyUnreadable(code, mend)}`, { cause });
  }
  if (bytes.length > MAX_BYTES) throw new ConfigError(`${path} is larger than 1 MB: is it the right file?`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError(`${path} is not UTF-8 text: save it as UTF-8`, { cause });
  }
}

function whyUnreadable(code: string | undefined, mend: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no such file: ${mend}`;
  if (code === 'EISDIR') return 'it is a directory: name the file in it';
  return `${code}: check its owner and mode`;
}
