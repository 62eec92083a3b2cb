import { readFileSync } from 'node:fs';

/** What agents need, in MB. */
export interface Memory {
  /** Agents that lived long enough to be judged. */
  agents: number;
  /** The most that any agent needed. */
  mostMb: number;
  /** Of the agents that were judged: how much more at the end than after the start, of the one that grew most. */
  growthMb: number;
}

/** An agent's first samples are its start. */
const WARM_UP = 4;
/** With fewer samples nothing is said about growth. */
const LEAST = 16;

/** Resident memory of a process in MB; null: it is gone. */
export function residentMb(pid: number): number | null {
  try {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) / 1_024;
  } catch {
    return null;
  }
}

/** Judges samples of resident memory, one list a process, taken at equal intervals. */
export function judgeMemory(processes: Iterable<readonly number[]>): Memory {
  const all = [...processes];
  const long = all.filter(({ length }) => length >= LEAST).map((samples) => samples.slice(WARM_UP));
  const growth = long.map((samples) => {
    const quarter = Math.ceil(samples.length / 4);
    return median(samples.slice(-quarter)) - median(samples.slice(0, quarter));
  });
  return {
    agents: long.length,
    mostMb: rounded(Math.max(0, ...all.flat())),
    growthMb: rounded(growth.length === 0 ? 0 : Math.max(...growth)),
  };
}

const rounded = (mb: number) => Math.round(mb * 10) / 10;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
