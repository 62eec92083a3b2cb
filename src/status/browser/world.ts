import { byId, make, setText } from './element.ts';
import type { Model } from './model.ts';
import { timeOfDay } from './time.ts';

/** Newest jobs that are listed. */
const JOBS = 12;
let drawn = '';
let toldUpTo = 0;
let lastTold: unknown = null;

/** Shows the group, its jobs and the faults in force: what only a sandbox can tell. */
export function showWorld({ world }: Model): void {
  const box = document.getElementById('world');
  if (box === null || world === null) return;
  const key = JSON.stringify(world);
  if (key === drawn) return;
  drawn = key;
  const { group, jobs, jobsIn, runners, faults } = world;
  const count = (state: string) => jobsIn[state] ?? 0;
  // Shown until somebody writes another number.
  const desired = document.querySelector<HTMLInputElement>('input[name=desired]');
  if (desired !== null) desired.defaultValue = String(group.desired);
  box.replaceChildren(
    make(
      'p',
      '',
      `Group ${group.name}: desired ${group.desired} of ${group.min} to ${group.max}. GitLab: ${runners} ${runners === 1 ? 'runner manager' : 'runner managers'}; jobs: ${count('pending')} waiting, ${count('running')} running, ${count('success')} finished, ${count('failed')} failed.`,
    ),
    ...(jobs.length === 0 ? [] : [jobList(jobs.slice(-JOBS))]),
    ...(faults.length === 0
      ? []
      : [
          make(
            'p',
            'faults',
            `Faults: ${faults.map(({ service, kind, times }) => `${service} ${kind}${times === null ? '' : ` (${times} left)`}`).join(', ')}`,
          ),
        ]),
  );
}

function jobList(jobs: NonNullable<Model['world']>['jobs']): HTMLElement {
  const list = make('ul', 'job-list');
  list.setAttribute('aria-label', 'newest jobs');
  for (const { name, state, instanceId } of jobs) {
    const where = state === 'running' && instanceId !== null ? ` on ${instanceId.slice(-5)}` : '';
    list.append(
      make('li', state, make('b', '', /^\d+$/.test(name) ? `job ${name}` : name), ` ${state}${where}`),
    );
  }
  return list;
}

/** Shows the story's step, and what happened, the newest first. */
export function showTold({ told }: Model): void {
  const step = told.findLast(({ heading }) => heading);
  byId('story').hidden = step === undefined;
  setText(byId('story'), step?.text ?? '');
  byId('told-section').hidden = told.length === 0;
  const last = told.at(-1);
  if (last === lastTold && told.length === toldUpTo) return;
  lastTold = last;
  toldUpTo = told.length;
  byId('told').replaceChildren(
    ...told
      .slice(-60)
      .reverse()
      .map(({ at, text, heading }) =>
        make('li', heading ? 'heading' : '', make('time', '', timeOfDay(at)), make('p', '', text)),
      ),
  );
}
