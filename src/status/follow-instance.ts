import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { journalPath } from '../engine/journal.ts';
import { decodeJournal } from '../engine/journal-format.ts';
import { parseEvent } from '../playbooks/events.ts';
import type { Hub } from './hub.ts';

const CHUNK = 65_536;

interface Place {
  inode: number;
  offset: number;
}

/** The files of one instance whose agent is another process. */
export interface Followed {
  instanceId: string;
  stateDir: string;
  runDir: string;
}

/** Tells the hub what is new in the journal and the playbook runs of an instance, each time it is called. */
export function followInstance({ instanceId, stateDir, runDir }: Followed, hub: Hub): () => void {
  const journal: Place = { inode: 0, offset: 0 };
  const runs = new Map<string, Place>();
  return () => {
    readOn(journalPath(stateDir), journal, (bytes) => {
      const { entries, end } = decodeJournal(bytes);
      for (const entry of entries) hub.entry(entry);
      return end;
    });
    for (const operation of namesIn(runDir)) {
      const place = runs.get(operation) ?? { inode: 0, offset: 0 };
      runs.set(operation, place);
      readOn(join(runDir, operation, 'events.ndjson'), place, (bytes) => {
        const end = bytes.lastIndexOf(10) + 1;
        for (const line of bytes.toString('utf8', 0, end).split('\n')) {
          const event = line === '' ? null : parseEvent(line);
          if (event !== null) hub.play(instanceId, operation, event);
        }
        return end;
      });
    }
  };
}

/** Reads what was added since; a file that was replaced is read from its beginning. `take` says how much it used. */
function readOn(path: string, place: Place, take: (bytes: Buffer) => number): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return; // not there yet, or gone with its instance
  }
  try {
    const { ino } = fstatSync(file);
    if (ino !== place.inode) Object.assign(place, { inode: ino, offset: 0 });
    const chunk = Buffer.alloc(CHUNK);
    for (;;) {
      const bytes = chunk.subarray(0, readSync(file, chunk, 0, CHUNK, place.offset));
      const used = take(bytes);
      place.offset += used;
      if (used === 0 || bytes.length < CHUNK) return;
    }
  } finally {
    closeSync(file);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => /^[\w-]+-\d+$/.test(name));
  } catch {
    return [];
  }
}
