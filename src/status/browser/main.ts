import type { Hello, Message } from '../messages.ts';
import { showCards } from './cards.ts';
import { prepareChart, showChart } from './chart.ts';
import { prepareForms } from './control.ts';
import { byId, setText } from './element.ts';
import { listen } from './listen.ts';
import { emptyModel, greet, take } from './model.ts';
import { showPlay } from './plays.ts';
import { showPlot } from './plot.ts';
import { syncClock } from './time.ts';
import { showTimeline } from './timeline.ts';
import { showTold, showWorld } from './world.ts';

// The page: what the server tells is taken in as it comes, and shown once a frame.

const model = emptyModel();
let chosen: string | null = null;
/** Whether the visitor chose it. */
let picked = false;
let asked = false;

listen({
  hello(hello: Hello) {
    syncClock(hello.now);
    greet(model, hello);
    ask();
  },
  message(message: Message) {
    take(model, message);
    ask();
  },
  link(text: string) {
    setText(byId('link'), text);
    byId('link').dataset.live = String(text === 'live');
  },
});
prepareChart(ask);
prepareForms();
byId('all').addEventListener('change', ask);
// Times left grow shorter also when nothing happens.
setInterval(ask, 1_000);

function ask(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    show();
  });
}

function show(): void {
  chosen = choice();
  setText(byId('title'), model.title);
  document.title = model.title === '' ? 'Drover' : `Drover: ${model.title}`;
  for (const of of document.querySelectorAll('.of')) setText(of, chosen === null ? '' : `of ${chosen}`);
  showCards(model, chosen, (id) => {
    chosen = id;
    picked = true;
    ask();
  });
  showChart(model, chosen);
  showPlot(model, chosen);
  showPlay(model, chosen);
  // An instance alone has no others; in a sandbox there may be some soon.
  byId('all-of-them').hidden = model.world === null && model.instances.size < 2;
  showTimeline(model, chosen, (byId('all') as HTMLInputElement).checked);
  showWorld(model);
  showTold(model);
  setText(byId('received'), String(model.received));
  document.body.dataset.received = String(model.received);
  document.body.dataset.restarts = String(model.restarts);
}

/** What the visitor chose, else the oldest instance that is still there. */
function choice(): string | null {
  if (picked && chosen !== null && model.instances.has(chosen)) return chosen;
  const all = [...model.instances.values()].map(({ view }) => view);
  return (all.find(({ state }) => state !== 'released') ?? all.at(-1))?.id ?? null;
}
