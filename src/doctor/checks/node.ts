import type { Check } from '../examination.ts';
import { danger, ok } from '../finding.ts';

const OLDEST = [20, 19] as const;

/** Node is new enough. */
export const node: Check = {
  name: 'Node',
  run: async () => [judgeNode(process.versions.node)],
};

export function judgeNode(version: string) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return enough
    ? ok(`Node ${version}`)
    : danger(`Node ${version} is too old`, `install Node ${OLDEST.join('.')} or newer`);
}
