import type { Check } from '../examination.ts';
import { danger, ok } from '../finding.ts';

/** The instance metadata service answers. */
export const metadata: Check = {
  name: 'metadata',
  async run({ identity }) {
    try {
      const { instanceId, region } = await identity();
      return [ok(`this is ${instanceId} in ${region}`)];
    } catch (error) {
      const mend = 'enable IMDSv2 on the instance, and run doctor on an instance';
      return [danger(`${(error as Error).message}: no notice would be seen`, mend)];
    }
  },
};
