import { readdirSync, readFileSync } from 'node:fs';

/** Nanoseconds of CPU that all threads of a process have had, as the scheduler counts them. */
export function cpuNanoseconds(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, one) => sum + one, 0);
}

/** Megabytes (of 2^20 bytes) of a process: resident, its share of shared pages, and its own alone. */
export interface Memory {
  rss: number;
  pss: number;
  uss: number;
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1_024;
  return {
    rss: megabytes('Rss'),
    pss: megabytes('Pss'),
    uss: megabytes('Private_Clean') + megabytes('Private_Dirty'),
  };
}
