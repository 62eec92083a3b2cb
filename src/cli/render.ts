import { type Command, Option } from 'commander';
import type { IamPolicyOptions } from '../render/iam-policy.ts';
import type { UserDataOptions } from '../render/user-data.ts';
import { type CliContext, sharedOptions } from './context.ts';
import { repeatable } from './repeatable.ts';

const exampleOfPolicy = `
Example:
  drover render iam-policy --region eu-central-1 --account 123456789012 --group runners --ssm /runners/token`;

const exampleOfUserData = `
The configuration is --config's. It names tokens as credentials; --credential says where each is stored.

Example:
  drover render user-data --config config.yml --region eu-central-1 --credential runner-token=ssm:/runners/token \\
    --package https://example.com/drover-0.1.0.tgz --package-checksum <sha256>`;

/** `drover render`: what AWS has to be told, printed. Nothing is sent anywhere. */
export function addRender(program: Command, context: CliContext): void {
  const render = program
    .command('render')
    .description('print what AWS has to be told: policy, user data')
    .addHelpText('after', exampleOfPolicy);
  render
    .command('iam-policy')
    .description('the least policy for the role of the instances')
    .requiredOption('--region <region>', 'region of the group')
    .requiredOption('--account <digits>', 'the AWS account')
    .option('--group <name>', 'Auto Scaling group; may be given several times', repeatable, [])
    .option('--partition <name>', 'AWS partition', 'aws')
    .option('--scaling-policy', 'increases are made by a scaling policy', false)
    .option('--fleet', 'also for drover reap and status --fleet', false)
    .option('--ssm <parameter>', 'parameter that the installation reads', repeatable, [])
    .option('--secret <name>', 'secret that the installation reads', repeatable, [])
    .option('--kms-key <arn>', 'key that those are encrypted with, if not AWS’s own', repeatable, [])
    .option('--tag <key>', 'a tag that role and group must have alike')
    .addHelpText('after', exampleOfPolicy)
    .action(async (options: PolicyFlags) => {
      const { iamPolicy } = await import('../render/iam-policy.ts');
      const { group: groups, ssm: parameters, secret: secrets, kmsKey: keys, ...rest } = options;
      context.print(iamPolicy({ tag: undefined, ...rest, groups, parameters, secrets, keys }).trimEnd());
    });
  const ofUserData = (name: string, description: string) =>
    render
      .command(name)
      .description(description)
      .requiredOption('--region <region>', 'region of the group and of the stored tokens')
      .requiredOption('--package <url>', 'where the instance gets the archive that npm pack makes')
      .requiredOption('--package-checksum <sha256>', 'its SHA-256')
      .option('--node-archive <url>', 'Node’s own archive; without, the distribution’s Node')
      .option('--node-checksum <sha256>', 'its SHA-256')
      .option('--credential <name=store:name>', 'where a token is stored (ssm, secret)', repeatable, [])
      .addOption(new Option('--mode <mode>').choices(['services', 'agent']).default('services'));
  ofUserData('user-data', 'a cloud-init document that boots an instance into Drover')
    .addHelpText('after', exampleOfUserData)
    .action(async (options: UserDataFlags, command: Command) => {
      context.print((await document(options, command)).trimEnd());
    });
  ofUserData('launch-template', 'launch template data: that user data, and metadata that jobs do not reach')
    .option('--instance-profile <name>', 'the instances’ profile')
    .addHelpText('after', exampleOfUserData.replace('user-data', 'launch-template'))
    .action(async (options: UserDataFlags & { instanceProfile?: string }, command: Command) => {
      const { launchTemplate } = await import('../render/user-data.ts');
      const text = await document(options, command);
      context.print(launchTemplate(text, options.instanceProfile).trimEnd());
    });
}

type PolicyFlags = Pick<IamPolicyOptions, 'region' | 'account' | 'partition' | 'scalingPolicy' | 'fleet'> & {
  group: string[];
  ssm: string[];
  secret: string[];
  kmsKey: string[];
  tag?: string;
};

type UserDataFlags = Omit<UserDataOptions, 'credentials'> & { credential: string[] };

async function document(options: UserDataFlags, command: Command): Promise<string> {
  const [{ readYamlFile }, { parseConfig }, { userData }] = await Promise.all([
    import('../config/read.ts'),
    import('../config.ts'),
    import('../render/user-data.ts'),
  ]);
  const path = sharedOptions(command).config;
  const written = readYamlFile(path);
  const { credential: credentials, ...rest } = options;
  // The instance's configuration is the file's: this process's environment is not there.
  return userData(written, parseConfig(written, {}, path), { ...rest, credentials });
}
