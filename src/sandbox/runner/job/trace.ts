import { crc32 } from 'node:zlib';

/** Who wrote a line: the runner itself, or the job's script on stdout or stderr. */
export type Source = 'runner' | 'stdout' | 'stderr';

/** How section_start and section_end end, in place of a newline. */
const SECTION_MARK_END = '\r\u001b[0K';

const PREFIX: Record<Source, string> = { runner: '00O', stdout: '01O', stderr: '01E' };

/**
 * A job's log as it goes to GitLab: each line with its time and source, masked, at most `limit` bytes. It is kept
 * until the job ends, since the server may ask for any part again.
 */
export class Trace {
  readonly #chunks: Buffer[] = [];
  readonly #masked: string[];
  readonly #limit: number;
  #size = 0;
  #crc = 0;
  #full = false;
  /** Whether the runner's last line has no newline of its own. */
  #open = false;

  constructor(masked: string[], limit: number) {
    this.#masked = masked.filter((value) => value !== '').sort((a, b) => b.length - a.length);
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** `crc32:` and eight hex digits, as in the final update. */
  get checksum(): string {
    return `crc32:${this.#crc.toString(16).padStart(8, '0')}`;
  }

  /** Appends one line. One of the runner's after a section's mark goes on in the same line, unless `joined` is false. */
  line(source: Source, text: string, joined = source === 'runner' && this.#open): void {
    if (this.#full) return;
    if (source === 'runner') this.#open = text.endsWith(SECTION_MARK_END);
    const bytes = Buffer.from(`${timestamp()} ${PREFIX[source]}${joined ? '+' : ' '}${this.#mask(text)}\n`);
    if (this.#size + bytes.length > this.#limit) {
      this.#full = true;
      this.#append(Buffer.from(`\nJob's log exceeded limit of ${this.#limit} bytes.\n`));
      return;
    }
    this.#append(bytes);
  }

  /** Up to `length` bytes from `start`. */
  slice(start: number, length: number): Buffer {
    const parts: Buffer[] = [];
    let offset = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(0, start - offset);
      const to = Math.min(chunk.length, start + length - offset);
      if (from < to) parts.push(chunk.subarray(from, to));
      offset += chunk.length;
    }
    return Buffer.concat(parts);
  }

  #append(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    this.#crc = crc32(bytes, this.#crc);
  }

  #mask(text: string): string {
    return this.#masked.reduce((masked, value) => masked.replaceAll(value, '[MASKED]'), text);
  }
}

/** RFC 3339 with microseconds, as GitLab expects it at the start of a line. */
function timestamp(): string {
  const now = performance.timeOrigin + performance.now();
  const micros = Math.floor((now % 1) * 1000);
  return `${new Date(now).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
