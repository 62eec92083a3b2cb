import type { InstanceView } from '../messages.ts';
import { control, type Deed } from './control.ts';
import { byId, make, setName, setText } from './element.ts';
import type { Model } from './model.ts';
import { now, span } from './time.ts';

interface Card {
  item: HTMLLIElement;
  choose: HTMLButtonElement;
  state: HTMLElement;
  facts: HTMLElement;
  jobs: HTMLElement;
  slots: HTMLElement;
  actions: HTMLElement;
}

const cards = new Map<string, Card>();
const deeds: Deed[] = ['interruption', 'rebalance', 'terminate', 'kill'];
const deedWords: Record<Deed, string> = {
  interruption: 'Spot notice',
  rebalance: 'Rebalance',
  terminate: 'Terminate',
  kill: 'Kill agent',
};

/** Shows every instance beside the others; of one without a record, what the world tells. */
export function showCards(model: Model, chosen: string | null, choose: (id: string) => void): void {
  const all = [...model.instances.values()].map(({ view }) => view);
  for (const { id, lifecycleState } of model.world?.instances ?? []) {
    if (!model.instances.has(id)) all.push(withoutRecord(id, lifecycleState));
  }
  byId('no-instance').hidden = all.length > 0;
  for (const [id, card] of cards) {
    if (all.some((view) => view.id === id)) continue;
    card.item.remove();
    cards.delete(id);
  }
  for (const view of all) {
    const card = cards.get(view.id) ?? newCard(view.id, choose);
    if (card.item.parentNode === null) byId('cards').append(card.item);
    show(card, view, model, view.id === chosen);
  }
}

/** An instance of which only the group knows: no agent has written anything. */
const withoutRecord = (id: string, lifecycleState: string): InstanceView => ({
  ...{ id, state: lifecycleState, since: 0, life: 0, meaning: 'no agent has written a record here' },
  ...{ running: null, limit: null, paused: false, group: null, hook: null, notice: null, deadline: null },
  ...{ operation: null, attempts: 0, scaleBlocked: null, degraded: false },
});

function newCard(id: string, choose: (id: string) => void): Card {
  const card: Card = {
    item: make('li', 'card'),
    choose: make('button', 'choose', id),
    state: make('p', 'state-name'),
    jobs: make('p', 'jobs'),
    slots: make('span', 'slots'),
    facts: make('ul', 'facts'),
    actions: make('p', 'actions'),
  };
  card.choose.type = 'button';
  card.choose.addEventListener('click', () => choose(id));
  for (const deed of deeds) {
    const button = make('button', '', deedWords[deed]);
    button.type = 'button';
    button.dataset.deed = deed;
    button.setAttribute('aria-label', `${deedWords[deed]}: ${id}`);
    button.addEventListener('click', () => void control(deed, id));
    card.actions.append(button);
  }
  card.slots.setAttribute('aria-hidden', 'true');
  card.item.append(card.choose, card.state, card.jobs, card.slots, card.facts, card.actions);
  cards.set(id, card);
  return card;
}

function show(card: Card, view: InstanceView, { world }: Model, isChosen: boolean): void {
  const isGone = view.state === 'released' || placeIn(world, view.id) === 'Terminated';
  card.item.dataset.phase = isGone ? 'gone' : phaseOf(view);
  card.choose.setAttribute('aria-pressed', String(isChosen));
  setName(card.state, isGone && view.state !== 'released' ? 'gone' : view.state);
  card.state.title = view.meaning;
  card.choose.disabled = view.life === 0;
  setText(card.jobs, jobsOf(view));
  showSlots(card.slots, view);
  showFacts(card.facts, factsOf(view, world, isGone));
  card.actions.hidden = world === null || isGone;
  const kill = card.actions.querySelector<HTMLButtonElement>('[data-deed=kill]');
  if (kill !== null) kill.disabled = world?.instances.find(({ id }) => id === view.id)?.agent !== true;
}

function jobsOf({ life, running, limit }: InstanceView): string {
  if (life === 0) return 'no record of an agent';
  return running === null ? 'no reading of the runner' : `${running} of ${limit} jobs`;
}

const placeIn = (world: Model['world'], id: string): string | undefined =>
  world === null
    ? undefined
    : (world.instances.find((instance) => instance.id === id)?.lifecycleState ?? 'Terminated');

const phaseOf = ({ state, limit, running }: InstanceView): string => {
  const top = state.split('.', 1)[0] ?? state;
  return top === 'inService' && running !== null && limit !== null && running >= limit ? 'full' : top;
};

/** One square a slot, filled where a job runs; a bar where there are many. */
function showSlots(element: HTMLElement, { running, limit }: InstanceView): void {
  const count = Math.min(limit ?? 0, 24);
  while (element.childElementCount > count) element.lastElementChild?.remove();
  while (element.childElementCount < count) element.append(make('i', ''));
  [...element.children].forEach((slot, index) => {
    slot.classList.toggle('on', index < ((running ?? 0) / (limit || 1)) * count);
  });
}

function factsOf(view: InstanceView, world: Model['world'], isGone: boolean): Array<[string, string]> {
  const left = (at: number) => (at > now() ? `${span(at - now())} left` : 'over');
  const facts: Array<[string, string]> = view.life === 0 ? [] : [['since', span(now() - view.since)]];
  const place = placeIn(world, view.id) ?? view.group?.lifecycleState;
  if (place !== undefined) facts.push(['group', place]);
  if (isGone) return view.state === 'released' ? facts : [...facts, ['last seen', view.state]];
  if (view.operation !== null) facts.push(['playing', view.operation]);
  if (view.hook !== null) facts.push(['hook', `${view.hook.name}: ${left(view.hook.deadline)}`]);
  if (view.deadline !== null) facts.push(['drain', left(view.deadline)]);
  if (view.notice !== null) {
    facts.push([
      'notice',
      `${view.notice.kind}${view.notice.deadline === null ? '' : `: ${left(view.notice.deadline)}`}`,
    ]);
  }
  if (view.attempts > 0) facts.push(['failures', `${view.attempts} in a row`]);
  if (view.scaleBlocked !== null) facts.push(['no scale-up', view.scaleBlocked]);
  if (view.paused) facts.push(['runner', 'paused in GitLab']);
  if (view.degraded) facts.push(['journal', 'cannot be written']);
  return facts;
}

function showFacts(list: HTMLElement, facts: Array<[string, string]>): void {
  while (list.childElementCount > facts.length) list.lastElementChild?.remove();
  while (list.childElementCount < facts.length)
    list.append(make('li', '', make('span', 'key'), make('span', 'value')));
  facts.forEach(([key, value], index) => {
    const [shownKey, shownValue] = list.children[index]?.children ?? [];
    if (shownKey) setText(shownKey, key);
    if (shownValue) setText(shownValue, value);
  });
}
