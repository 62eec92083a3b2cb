import type { Flags } from '../arguments.ts';
import type { RunnerSection } from '../config/model.ts';

/** Whether `--name`, `--token` and `--url` all fit a section; one that is not given fits every section. */
export function isChosen(section: RunnerSection, flags: Flags): boolean {
  return (
    (!flags.name || section.name === flags.name) &&
    (!flags.token || section.token === flags.token) &&
    (!flags.url || section.url === flags.url.replace(/\/+$/, ''))
  );
}
