import type { Play, PlayTask } from '../messages.ts';
import { byId, make } from './element.ts';
import type { Model } from './model.ts';
import { now, span } from './time.ts';

let drawn = '';

const signs: Record<PlayTask['state'], string> = {
  running: '▸',
  ok: '✓',
  changed: '●',
  skipped: '–',
  failed: '✗',
};

/** Shows the playbook that runs on the chosen instance, or the last one, with its tasks as they happen. */
export function showPlay({ plays }: Model, chosen: string | null): void {
  const play = plays.findLast(({ instanceId }) => instanceId === chosen);
  const key = play === undefined ? `${chosen}` : keyOf(play);
  const box = byId('play');
  if (key !== drawn) {
    drawn = key;
    box.replaceChildren(...(play === undefined ? [make('p', 'quiet', 'None has run yet.')] : draw(play)));
    const list = box.querySelector('ol');
    if (list !== null) list.scrollTop = list.scrollHeight;
  }
  const took = box.querySelector('.took');
  if (play !== undefined && took !== null) took.textContent = span((play.endedAt ?? now()) - play.at);
}

const keyOf = ({ instanceId, operation, at, outcome, tasks }: Play): string =>
  `${instanceId} ${operation} ${at} ${outcome} ${tasks.map(({ state }) => state).join()}`;

function draw({ operation, outcome, tasks }: Play): Node[] {
  const done = tasks.filter(({ state }) => state !== 'running').length;
  const list = make('ol', 'tasks');
  list.tabIndex = 0;
  list.setAttribute('aria-label', `tasks of ${operation}`);
  for (const task of tasks) {
    // A run that was cut off leaves its task unfinished.
    const isCut = task.state === 'running' && outcome !== null;
    const state = isCut ? 'skipped' : task.state;
    const sign = make('span', 'sign', signs[state]);
    sign.setAttribute('aria-hidden', 'true');
    const item = make(
      'li',
      state,
      sign,
      make('span', 'name', task.name),
      make('span', 'said', isCut ? 'unfinished' : state),
    );
    if (task.message !== null && state === 'failed') item.append(make('p', 'why', task.message));
    list.append(item);
  }
  return [
    make(
      'p',
      'head',
      make('b', '', operation),
      ` ${outcome ?? 'runs'}, ${done} of ${tasks.length} tasks done, `,
      make('span', 'took'),
    ),
    list,
  ];
}
