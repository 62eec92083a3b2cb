import { whyNotRetire } from '../../src/lifecycle/group.ts';
import type { Edge } from './explore.ts';

/** What may lead from one part of the service into another: the part, where from, and on what. */
const REASONS: Array<[part: string, from: RegExp, on: RegExp]> = [
  ['unknown', /^(available|idle|retiring\.checking)$/, /^no reading$/],
  ['unknown', /^repairing\.working$/, /^play succeeded/],
  ['unknown', /^repairing\.givenUp$/, /^runner alive$/],
  ['unknown', /^retiring\.asking$/, /^termination refused$|^timer .*recheck/],
  ['available', /^(unknown|idle|saturated\.awaitingSlack)$/, /^running 1$/],
  // Any job ends the wish to retire; whether the runner is full the next reading says.
  ['available', /^retiring\.checking$/, /^running [12]$/],
  ['saturated', /^(unknown|available|idle)$/, /^running 2$/],
  ['idle', /^(unknown|available|saturated\.awaitingSlack)$/, /^running 0/],
  ['idle', /^retiring\.checking$/, /^group\(InService|^timer .*recheck/],
  ['retiring', /^idle$/, /^group\(InService|^timer .*idleThreshold/],
  // Where a cordon comes without a maintenance none ends it, and the instance serves nobody for ever.
  ['cordoned', /^(?!cordoned)/, /^timer maintenance$/],
  ['repairing', /^(unknown|available|idle|saturated\.awaitingSlack|retiring\.checking)$/, /^runner gone$/],
  ['repairing', /^(unknown|available|idle|saturated|retiring\.checking)/, /^runner rejected$/],
  // Before its last job has ended the runner cannot start again: init would fail, and the instance be given up.
  ['repairing', /^cordoned\.reopening$/, /^runner gone$/],
  ['repairing', /^retiring\.stopping$/, /^play failed|^play answered, then failed/],
  ['repairing', /^retiring\.asking$/, /^termination refused$|^timer .*recheck/],
];

/** Where a reading must lead: the state says what the runner does. */
const READ: Array<[from: RegExp, on: RegExp, into: RegExp]> = [
  [/^(unknown|available|idle|saturated\.awaitingSlack)$/, /^running 0/, /^idle$/],
  [/^(unknown|available|idle|saturated\.awaitingSlack)$/, /^running 1$/, /^available$/],
  [/^(unknown|available|idle|saturated\.awaitingSlack)$/, /^running 2$/, /^saturated/],
  [/^retiring\.checking$/, /^running [12]$/, /^available$/],
  [/^(available|idle|retiring\.checking)$/, /^no reading$/, /^unknown$/],
];

const SERVICE = 'inService.';

/** Says what leads for no reason from one part of the service into another, or null. Out of it, other checks say. */
export function servesAmiss({ from, input, to }: Edge): string | null {
  if (!to.name.startsWith(SERVICE)) return null;
  const there = to.name.slice(SERVICE.length);
  if (!from.name.startsWith(SERVICE)) {
    return there === 'unknown' ? null : `5: in service before any reading: ${input.name} leads to ${to.name}`;
  }
  const here = from.name.slice(SERVICE.length);
  const leadsTo = READ.find(([leads, on]) => leads.test(here) && on.test(input.name))?.[2];
  if (leadsTo?.test(there) === false) return `${input.name} in ${from.name} leads to ${to.name}`;
  const part = partOf(there);
  if (part === partOf(here)) return null;
  const { paused, group } = to.snapshot.context;
  const why = paused ? 'the runner is paused' : whyNotRetire(group);
  if (part === 'retiring' && why !== null) return `11: a retirement is begun although ${why}`;
  const fits = REASONS.some(([into, leads, on]) => into === part && leads.test(here) && on.test(input.name));
  return fits ? null : `${input.name} leads from ${from.name} to ${to.name}`;
}

const partOf = (name: string): string => name.split('.')[0] ?? name;
