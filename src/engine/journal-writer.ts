import { closeSync, fdatasyncSync, fstatSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Space is taken ahead in zeros, so that a full disk does not stop the next entries. */
const PREALLOCATION = 256 * 1024;
/** Read and write, made if missing, never truncated. */
const FOR_JOURNAL = 0o2 | 0o100;
/** What a disk answers that takes nothing for now: it may later. */
const REFUSALS = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

/** Whether an error says that the disk takes no more, and not that something is wrong with what was asked. */
export const refusesWrites = (error: unknown): boolean =>
  REFUSALS.includes(`${(error as NodeJS.ErrnoException).code}`);

/** A file that is written at places, each on disk when the call returns. */
export interface JournalWriter {
  /** Throws where the disk has no room; what stands before `position` stays as it is. */
  writeAt(position: number, line: Buffer): void;
  /** Puts a new file with this content in place of the old one, or leaves the old one as it is and throws. */
  replace(content: Buffer): void;
  close(): void;
}

/** Opens, or makes (0600), the file. */
export function openWriter(path: string): JournalWriter {
  let fd = openSync(path, FOR_JOURNAL, 0o600);
  let allocated = fstatSync(fd).size;
  /** Up to here a write that failed may have left something. */
  let soiled = 0;
  return {
    writeAt(position, line) {
      if (position + line.length > allocated) allocated = allocate(fd, allocated);
      const rest = Math.max(0, soiled - position - line.length);
      soiled = Math.max(soiled, position + line.length);
      writeAll(fd, rest === 0 ? line : Buffer.concat([line, Buffer.alloc(rest)]), position);
      allocated = Math.max(allocated, position + line.length + rest);
      fdatasyncSync(fd);
      soiled = 0;
    },
    replace(content) {
      const fresh = `${path}.new`;
      const freshFd = openSync(fresh, 'w+', 0o600);
      try {
        writeAll(freshFd, content, 0);
        fsyncSync(freshFd);
        renameSync(fresh, path);
      } catch (error) {
        closeSync(freshFd);
        throw error;
      }
      syncDirectory(dirname(path));
      closeSync(fd);
      fd = freshFd;
      allocated = content.length;
      soiled = 0;
    },
    close: () => closeSync(fd),
  };
}

/** Takes space ahead, or as much as there is; says how long the file then is. */
function allocate(fd: number, from: number): number {
  try {
    writeAll(fd, Buffer.alloc(PREALLOCATION), from);
  } catch (error) {
    if (!refusesWrites(error)) throw error;
  }
  return fstatSync(fd).size;
}

/** A disk that is nearly full takes a part, and says so only by the number of bytes. */
function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

export function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
