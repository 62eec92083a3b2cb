import type { Message } from './messages.ts';

/** Messages that are kept for those who come back. */
const KEPT = 4_000;

interface Kept {
  seq: number;
  part: number;
  message: Message;
  /** The message as it is sent; made when it first is. */
  text: string | null;
}

/** A place in the feed. */
export interface Place {
  seq: number;
  part: number;
}

/**
 * The newest messages in their order, each with an id that outlives this process where `seq` does: `<epoch>.<seq>.<part>`
 * with the journal's number of the step, and the count of what was told after it.
 */
export class Feed {
  #epoch: string;
  #kept: Kept[] = [];
  /** Messages that came before the first kept one. */
  #dropped = 0;
  #last: Place = { seq: 0, part: 0 };
  readonly #redact: (text: string) => string;
  readonly #listeners = new Set<() => void>();

  /** `redact` takes the secrets out of what is sent. */
  constructor(epoch: string, redact: (text: string) => string = (text) => text) {
    this.#epoch = epoch;
    this.#redact = redact;
  }

  /** How many messages there have been; the position behind the newest. */
  get end(): number {
    return this.#dropped + this.#kept.length;
  }

  get lastId(): string {
    return this.#idOf(this.#last);
  }

  /** Adds a message; `seq` is its number in the journal, where it has one. */
  append(message: Message, seq?: number): void {
    this.#last = seq === undefined ? { ...this.#last, part: this.#last.part + 1 } : { seq, part: 0 };
    this.#kept.push({ ...this.#last, message, text: null });
    // In lumps: dropping one each time would move the whole array each time.
    if (this.#kept.length > KEPT * 1.25) {
      this.#dropped += this.#kept.length - KEPT;
      this.#kept = this.#kept.slice(-KEPT);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Another instance's story begins: what was told before belongs to nobody here. */
  restart(epoch: string): void {
    this.#epoch = epoch;
    this.#dropped += this.#kept.length + 1;
    this.#kept = [];
    this.#last = { seq: 0, part: 0 };
    for (const listener of this.#listeners) listener();
  }

  /** The position behind the message with this id; null: too much has been told since, or it is not ours. */
  positionAfter(id: string): number | null {
    const match = /^(.+)\.(\d+)\.(\d+)$/.exec(id);
    const [first] = this.#kept;
    if (match === null || match[1] !== this.#epoch || first === undefined) return null;
    const place = { seq: Number(match[2]), part: Number(match[3]) };
    if (isBefore(this.#last, place)) return null;
    if (isBefore(place, first) && !isNext(place, first)) return null;
    const index = this.#kept.findIndex((kept) => isBefore(place, kept));
    return this.#dropped + (index === -1 ? this.#kept.length : index);
  }

  /** The message at a position as it is sent; null: dropped already. */
  textAt(position: number): string | null {
    const kept = this.#kept[position - this.#dropped];
    if (kept === undefined) return null;
    kept.text ??= `id: ${this.#idOf(kept)}\nevent: ${kept.message.type}\ndata: ${this.asText(kept.message)}\n\n`;
    return kept.text;
  }

  /** A value as it may leave this process. */
  asText(value: unknown): string {
    return this.#redact(JSON.stringify(value));
  }

  /** Calls `listener` when there is something new. Returns a function that ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #idOf({ seq, part }: Place): string {
    return `${this.#epoch}.${seq}.${part}`;
  }
}

const isBefore = (one: Place, other: Place): boolean =>
  one.seq < other.seq || (one.seq === other.seq && one.part < other.part);

/** Whether nothing was told between the two. */
const isNext = (one: Place, other: Place): boolean => other.seq === one.seq + 1 && other.part === 0;
