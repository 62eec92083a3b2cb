import { inWords } from '../terminal/duration-words.ts';
import type { Paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { wrap } from '../terminal/wrap.ts';
import type { PlayedTask } from './played.ts';
import type { Trial } from './trial.ts';

/** The whole trial for people: the tasks with their times and calls, then the verdicts. */
export function describeTrial(
  { plays, verdicts }: Trial,
  { paint, width }: { paint: Paint; width: number },
): string {
  const { check, real, again } = plays;
  const lines = [paint.dim('check     real      again     time      task')];
  for (const task of rows(real.tasks)) {
    const marks = [check, real, again].map(({ tasks }) => mark(tasks.find(({ name }) => name === task.name)));
    const [first = '', ...rest] = wrap(printable(task.name), width, ' '.repeat(40));
    lines.push(
      `${marks.map((one) => one.padEnd(10)).join('')}${seconds(task.took).padEnd(10)}${first.trimStart()}`,
      ...rest,
    );
    lines.push(...task.calls.map((call) => paint.cyan(`${' '.repeat(40)}→ ${printable(call)}`)));
  }
  const took = [check, real, again].map((play) => inWords(play.took)).join(', ');
  lines.push(
    '',
    `three plays: ${took}; files of the instance that changed: ${real.files.length === 0 ? 'none' : real.files.join(', ')}`,
    '',
  );
  for (const { question, good, against } of verdicts) {
    lines.push(`${good ? paint.green('yes') : paint.red('NO ')}  ${question}`);
    for (const one of against) lines.push(...wrap(printable(one), width, '       '));
  }
  return lines.join('\n');
}

/** Ansible's own check of a role's arguments says nothing of the playbook. */
const rows = (tasks: readonly PlayedTask[]): PlayedTask[] =>
  tasks.filter(({ name }) => !name.includes('Validating arguments against arg spec'));

function mark(task: PlayedTask | undefined): string {
  if (task === undefined) return '–';
  if (task.failed !== null) return 'FAILED';
  if (task.changed === null) return 'skipped';
  return task.changed ? 'changed' : 'ok';
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
