import { byId, make, setText } from './element.ts';
import type { Model } from './model.ts';

const figures = [...document.querySelectorAll<HTMLElement>('figure.panel-of')];
const buttons = new Map<string, HTMLButtonElement>();
/** The panel that the visitor chose; null: the one that the instance is in. */
let held: string | null = null;
let marked = '';

/** Makes the buttons that choose a panel. */
export function prepareChart(redraw: () => void): void {
  const add = (panel: string | null, title: string) => {
    const button = make('button', '', title);
    button.type = 'button';
    button.addEventListener('click', () => {
      held = panel;
      marked = '';
      redraw();
    });
    buttons.set(panel ?? 'follow', button);
    byId('panels').append(button);
  };
  add(null, 'follow');
  for (const { dataset } of figures) add(dataset.panel ?? '', dataset.title ?? '');
}

/** Shows where the chosen instance is. */
export function showChart({ instances }: Model, chosen: string | null): void {
  const view = chosen === null ? undefined : instances.get(chosen)?.view;
  setText(byId('meaning'), view === undefined ? '' : sentence(view.meaning));
  const key = `${chosen} ${view?.state} ${held}`;
  if (key === marked) return;
  marked = key;
  const names = view === undefined ? [] : withParents(view.state);
  for (const element of document.querySelectorAll<SVGElement>('.chart [data-state]')) {
    element.classList.toggle('current', names.includes(element.dataset.state ?? ''));
  }
  const panel = held ?? panelOf(names);
  for (const figure of figures) figure.hidden = figure.dataset.panel !== panel;
  centre(figures.find((figure) => !figure.hidden));
  for (const [name, button] of buttons) {
    button.setAttribute('aria-pressed', String(name === (held ?? 'follow')));
    button.classList.toggle('here', held === null && name === panel);
  }
}

/** Where a panel is wider than its place, its current state is what is seen of it. */
function centre(figure: HTMLElement | undefined): void {
  const state = [...(figure?.querySelectorAll('.state.current') ?? [])].at(-1);
  if (figure === undefined || state === undefined) return;
  const [inner, outer] = [state.getBoundingClientRect(), figure.getBoundingClientRect()];
  figure.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
}

/** The innermost panel that shows the state: that of a state around it, or the first. */
const panelOf = (names: string[]): string =>
  names
    .slice(0, -1)
    .reverse()
    .find((name) => figures.some(({ dataset }) => dataset.panel === name)) ?? '';

const withParents = (name: string): string[] =>
  name.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
