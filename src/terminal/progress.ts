import type { Clock } from '../clock.ts';
import { inWords } from './duration-words.ts';
import { printable } from './printable.ts';

/** Between two looks at what is going on, in ms. */
const TICK = 1_000;
/** Without a terminal, what takes longer is told this often, in ms. */
const TOLD_EVERY = 60_000;
/** A line that is gone again before it can be read is left out, in ms. */
const WORTH_TELLING = 1_000;

export interface ProgressOptions {
  clock: Clock;
  /** Writes as it is, without a newline. */
  write(text: string): void;
  /** The last line is written over again and again; else a line is added now and then. */
  isTerminal: boolean;
  /** Columns. */
  width: number;
  /** Added to what is going on, such as "2 jobs left"; null: nothing is. */
  more?(): string | null;
}

export interface Progress {
  /** A line that stays, above the one that moves. */
  say(text: string): void;
  /** What goes on from now on. */
  begin(what: string): void;
  end(): void;
}

/** Long work, told while it goes on: what is being done, for how long, and what is left. */
export function createProgress(options: ProgressOptions): Progress {
  const { clock, write, isTerminal, width, more = () => null } = options;
  let current: { what: string; since: number; told: number } | null = null;
  let shown = false;
  let ended = false;
  let cancel = clock.setTimer(clock.now() + TICK, tick);

  const clear = () => {
    if (shown) write('\r\u001b[2K');
    shown = false;
  };

  function tick(): void {
    if (ended) return;
    cancel = clock.setTimer(clock.now() + TICK, tick);
    if (current === null) return;
    const { what, since, told } = current;
    const elapsed = clock.now() - since;
    if (elapsed < WORTH_TELLING) return;
    // The numbers first: what does not fit the line is the end of the name.
    const text = `  …        ${[inWords(elapsed), more()].filter(Boolean).join(', ')}: ${printable(what)}`;
    if (isTerminal) {
      clear();
      write(text.slice(0, width - 1));
      shown = true;
    } else if (clock.now() - told >= TOLD_EVERY) {
      current.told = clock.now();
      write(`${text}\n`);
    }
  }

  return {
    say(text) {
      clear();
      write(`${text}\n`);
    },
    begin(what) {
      clear();
      current = { what, since: clock.now(), told: clock.now() };
    },
    end() {
      ended = true;
      cancel();
      clear();
    },
  };
}
