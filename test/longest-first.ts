import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, longest first: begun last, they would be waited for alone. */
const LONGEST = [
  'scenarios/deep/fault-matrix',
  'scenarios/deep/e2-every-step',
  'scenarios/deep/',
  'readme',
  'systemd/services/',
  'scenarios/faults-once-each',
  'systemd/install',
  'scenarios/e2-',
  'fidelity/newest-ansible',
  'scenarios/t5-',
  'scenarios/c7-',
  'playbooks/host-modules',
  'systemd/',
  'scenarios/t17-',
  'scenarios/e',
  'browser/demo',
];

const rank = ({ moduleId }: TestSpecification): number => {
  const place = LONGEST.findIndex((part) => moduleId.includes(`/test/${part}`));
  if (place >= 0) return place;
  return /\/test\/(scenarios|browser|playbooks|fidelity)\//.test(moduleId)
    ? LONGEST.length
    : LONGEST.length + 1;
};

/** The long files, then those with real processes, then the rest; the same on every machine, with or without a cache. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}
