import type { Step } from '../messages.ts';
import { byId, make, setName } from './element.ts';
import type { Model } from './model.ts';
import { timeOfDay } from './time.ts';

const SHOWN = 80;
let shown: Step[] = [];
let shownAll = false;

/** Shows the changes of state with their reasons, the newest first. */
export function showTimeline({ instances }: Model, chosen: string | null, all: boolean): void {
  const steps = (
    all
      ? [...instances.values()].flatMap((one) => one.steps).sort((a, b) => a.at - b.at)
      : (instances.get(chosen ?? '')?.steps ?? [])
  ).slice(-SHOWN);
  if (all !== shownAll) shown = [];
  shownAll = all;
  const fresh = steps.filter((step) => !shown.includes(step));
  const list = byId('timeline');
  if (fresh.length === 0 && steps.length === shown.length) return;
  // Only what is new is added, where the rest stands as it was.
  const isContinued =
    shown.length > 0 &&
    steps.length > fresh.length &&
    steps[steps.length - fresh.length - 1] === shown.at(-1);
  if (!isContinued) list.replaceChildren();
  for (const step of isContinued ? fresh : steps) list.prepend(row(step, all));
  while (list.childElementCount > SHOWN) list.lastElementChild?.remove();
  shown = steps;
}

function row({ at, from, to, saw, commands, instance }: Step, all: boolean): HTMLLIElement {
  const name = make('b', '');
  setName(name, to);
  const did = [...new Set(commands)].join(', ');
  return make(
    'li',
    '',
    make('time', '', timeOfDay(at)),
    make(
      'div',
      '',
      make(
        'p',
        'to',
        ...(all ? [make('span', 'who', instance.id), ' '] : []),
        name,
        from === null ? '' : ` from ${from}`,
      ),
      make('p', 'why', `Saw that ${saw}.`),
      ...(did === '' ? [] : [make('p', 'did', `Commands: ${did}`)]),
    ),
  );
}
