import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { ConfigError } from '../errors.ts';
import { journalPath } from './journal.ts';
import { decodeJournal, type JournalContent } from './journal-format.ts';
import { whyNotReadable } from './journal-schema.ts';

/** Far more than the journal ever holds: it is compacted at 1 MB. */
const LARGEST = 64 * 1024 * 1024;

/**
 * The entries of a journal that a person names: the file, or the state directory that holds it. Throws ConfigError
 * where there is none, it cannot be read, or it is something else.
 */
export function readJournalFile(path: string): JournalContent {
  const content = decodeJournal(readBytes(path));
  const problem = whyNotReadable(content.entries);
  if (problem !== null) throw new ConfigError(`${path} cannot be read as a journal: ${problem}`);
  if (content.entries.length > 0) return content;
  throw new ConfigError(
    content.damaged > 0
      ? `${path} is not a journal of Drover: none of its lines is an entry; name <stateDir>/journal`
      : `${path} is empty: nothing was written to this journal yet`,
  );
}

function readBytes(path: string): Buffer {
  let fd: number | null = null;
  try {
    const file = statSync(path).isDirectory() ? journalPath(path) : path;
    fd = openSync(file, 'r');
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw Object.assign(new Error('it is not a file'), { code: 'ENOTFILE' });
    if (stat.size > LARGEST) throw Object.assign(new Error('it is larger than 64 MB'), { code: 'EFBIG' });
    const bytes = Buffer.alloc(stat.size);
    return bytes.subarray(0, readSync(fd, bytes, 0, stat.size, 0));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : message;
    throw new ConfigError(`${path} cannot be read as a journal: ${why}; name <stateDir>/journal`, { cause });
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
