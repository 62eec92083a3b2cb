import type { StatusSummary } from '../explain/status-summary.ts';
import { inWords } from '../terminal/duration-words.ts';
import { createPaint, type Paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { wrap } from '../terminal/wrap.ts';

export interface StatusTextOptions {
  paint: Paint;
  /** Columns. */
  width: number;
}

const DRY = 'dry run';
const plain: StatusTextOptions = { paint: createPaint(false), width: 80 };

/** The summary for people: a line a fact, nothing that is not so. */
export function describeStatus(status: StatusSummary, { paint, width }: StatusTextOptions = plain): string {
  const { group, runner, notice } = status;
  const { dryRun } = status;
  const lines: Array<[string, string]> = [
    ...(dryRun ? [[DRY, 'nothing of this was done: it is what Drover would do'] as [string, string]] : []),
    ['instance', `${status.instanceId}${status.life > 1 ? ` (life ${status.life})` : ''}`],
    ['state', `${status.state}, for ${inWords(status.forMs)} (since ${status.since})`],
    ['that is', status.meaning],
    [
      'group',
      group === null
        ? 'none, or not known'
        : `${group.name}: ${group.lifecycleState}; desired ${group.desired} of ${group.min} to ${group.max}`,
    ],
    [
      'runner',
      runner.running === null
        ? 'no reading'
        : `${runner.running} of ${runner.limit} jobs${runner.paused ? ', paused in GitLab' : ''}`,
    ],
    [
      'notice',
      notice.kind === 'none'
        ? 'none'
        : `${notice.kind}${notice.deadline === null ? '' : ` at ${notice.deadline}`}`,
    ],
  ];
  if (status.reason !== null) lines.push(['reason', status.reason]);
  if (status.operation !== null) lines.push([dryRun ? 'checking' : 'playing', status.operation]);
  if (status.attempts > 0) lines.push(['failures', `${status.attempts} in a row`]);
  if (status.scaleBlocked !== null) lines.push(['no scale-up', status.scaleBlocked]);
  for (const { id, inMs } of status.timers) {
    lines.push(['timer', inMs > 0 ? `${id} in ${inWords(inMs)}` : `${id} due ${inWords(-inMs)} ago`]);
  }
  lines.push(['outbox', status.outbox.length === 0 ? 'empty' : status.outbox.join(', ')]);
  return lines.flatMap(([key, text]) => paragraph(key, printable(text), { paint, width })).join('\n');
}

/** Coloured after it is broken into lines, since colours take no room. */
function paragraph(key: string, text: string, { paint, width }: StatusTextOptions): string[] {
  const label = key.padEnd(13);
  return wrap(text, width, label).map((line, index) => {
    const body = line.slice(label.length);
    return `${index === 0 ? paint.dim(label) : label.replace(/./g, ' ')}${colourOf(key, paint)(body)}`;
  });
}

function colourOf(key: string, paint: Paint): (text: string) => string {
  if (key === 'state') return paint.bold;
  return key === DRY || key === 'failures' || key === 'no scale-up' ? paint.yellow : (text) => text;
}
