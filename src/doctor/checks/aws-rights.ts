import type { AutoScalingApi } from '../../aws/autoscaling.ts';
import type { Ec2Api } from '../../aws/ec2.ts';
import { AwsCallError } from '../../aws/errors.ts';
import type { Check, Examination } from '../examination.ts';
import { advice, danger, type Finding, ok, unknown } from '../finding.ts';
import { type Right, rightsOf } from '../rights.ts';

/**
 * Every right that Drover needs. EC2 has dry runs; Auto Scaling has none, so each call is made in a way that AWS refuses
 * for another reason than a missing right: about a hook, a policy or an instance that does not exist, or far above max.
 */
export const awsRights: Check = {
  name: 'rights',
  async run(examination): Promise<Finding[]> {
    const { identity, group, apis, config } = examination;
    const [{ instanceId }, clients] = await Promise.all([identity(), apis()]);
    const found = await group().catch((error: unknown) => {
      if (error instanceof AwsCallError && isDenied(error)) return null;
      throw error;
    });
    const rights = rightsOf({
      groupName: found?.AutoScalingGroupName ?? null,
      instanceId,
      scalingPolicy: config.autoscaling.scalingPolicy ?? null,
    });
    const missing = await Promise.all(rights.map((right) => judge(right, clients, examination)));
    const findings = missing.flatMap((finding) => finding ?? []);
    return findings.length > 0 ? findings : [ok(`all ${rights.length} rights are there`)];
  },
};

async function judge(
  { action, without, grave, make, vague }: Right,
  { autoscaling, ec2 }: { autoscaling: AutoScalingApi; ec2: Ec2Api },
  { signal }: Examination,
): Promise<Finding | null> {
  try {
    await make({ autoscaling, ec2, options: { attempts: 2, signal } });
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AwsCallError)) throw error;
    if (error.failure !== 'refused') {
      return unknown(`${action} could not be tried: ${error.detail}`, 'ask again later');
    }
    if (!isDenied(error)) return null;
    const doubt = vague
      ? '; where the policy names the group, this may be a false alarm, since the call names an instance that is not there'
      : '';
    const mend = `allow ${action} in the instance’s role${doubt}`;
    const text = `the right ${action} is missing: ${without}`;
    return grave && !vague ? danger(text, mend) : advice(text, mend);
  }
}

const isDenied = ({ code }: AwsCallError): boolean =>
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|UnauthorizedAccess)$/.test(code);
