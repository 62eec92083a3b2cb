import { tokenSources } from '../config/schema.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { variablesYaml } from '../playbooks/variables-file.ts';
import { fillTemplate } from './template.ts';

/** EC2 takes no more than this many bytes of user data, before base64 (Amazon EC2 User Guide: user data). */
const LARGEST = 16_384;

export interface UserDataOptions {
  /** URL of the archive that `npm pack` makes, and its SHA-256 in hexadecimal. */
  package: string;
  packageChecksum: string;
  /** URL of Node's archive and its SHA-256; without, the distribution's Node is taken. */
  nodeArchive: string | undefined;
  nodeChecksum: string | undefined;
  mode: 'services' | 'agent';
  region: string;
  /** `name=ssm:parameter` or `name=secret:name-or-ARN`. */
  credentials: readonly string[];
}

/**
 * A cloud-init document that boots an instance into Drover with the configuration `written` (as it stands in the file;
 * `config` is the same one checked). Tokens are named, not held. Throws ConfigError.
 */
export function userData(written: Record<string, unknown>, config: Config, options: UserDataOptions): string {
  checkDownloads(options);
  const tokens = options.credentials.map(tokenOf);
  checkTokens(config, new Set(tokens.map(({ name }) => name)));
  const { nodeArchive, nodeChecksum, packageChecksum, region, mode } = options;
  const variables = {
    drover_mode: mode,
    drover_region: region,
    drover_config: written,
    drover_tokens: tokens,
    ...(nodeArchive === undefined
      ? {}
      : { drover_node_archive: nodeArchive, drover_node_checksum: nodeChecksum }),
  };
  const script = fillTemplate('install.sh', { package: options.package, checksum: packageChecksum });
  const document = fillTemplate('user-data.yml', { variables: variablesYaml(variables), script });
  const size = Buffer.byteLength(document);
  if (size > LARGEST) {
    throw new ConfigError(
      `the user data would have ${size} bytes, and EC2 takes ${LARGEST}: shorten the configuration`,
    );
  }
  return document;
}

/** Launch template data with that user data, and metadata that jobs in containers cannot reach. */
export function launchTemplate(document: string, instanceProfile: string | undefined): string {
  const filled = fillTemplate('launch-template.json', {
    instanceProfile: instanceProfile ?? null,
    userData: Buffer.from(document).toString('base64'),
  });
  return `${JSON.stringify(JSON.parse(filled), null, 2)}\n`;
}

function tokenOf(written: string): { name: string; ssm_parameter?: string; secret?: string } {
  const match = /^([\w.-]+)=(ssm|secret):(.+)$/.exec(written);
  if (match?.[1] === undefined || match[3] === undefined) {
    throw new ConfigError(
      `--credential ${written} cannot be used: write name=ssm:/parameter or name=secret:name`,
    );
  }
  return { name: match[1], [match[2] === 'ssm' ? 'ssm_parameter' : 'secret']: match[3] };
}

function checkDownloads(options: UserDataOptions): void {
  const sums = [
    ['--package', options.package, '--package-checksum', options.packageChecksum],
    ['--node-archive', options.nodeArchive, '--node-checksum', options.nodeChecksum],
  ] as const;
  for (const [name, url, checksum, sum] of sums) {
    if (url === undefined) continue;
    if (!/^https?:\/\/\S+$/.test(url))
      throw new ConfigError(`${name} ${url} is not a URL with http or https`);
    if (!/^[0-9a-f]{64}$/i.test(sum ?? '')) {
      throw new ConfigError(`${checksum} is missing or wrong: give the archive's SHA-256 in hexadecimal`);
    }
  }
}

/** Every token must come to the instance as a credential: it has no other file of ours, and no variable. */
function checkTokens({ gitlab, runners, status }: Config, credentials: ReadonlySet<string>): void {
  const elsewhere = [
    ...(gitlab.apiTokenFile === undefined ? [] : ['gitlab.apiTokenFile']),
    ...(status.tokenFile === undefined ? [] : ['status.tokenFile']),
    ...runners.flatMap((runner, index) =>
      tokenSources(runner)
        .filter((key) => key !== 'tokenCredential')
        .map((key) => `runners[${index}].${key}`),
    ),
  ];
  if (elsewhere[0] !== undefined) {
    throw new ConfigError(
      `${elsewhere[0]} names what a new instance does not have: name a credential in its place, and give --credential`,
    );
  }
  const named = [
    gitlab.apiTokenCredential,
    status.tokenCredential,
    ...runners.map((runner) => runner.tokenCredential),
  ];
  const missing = named.find((name) => name !== undefined && !credentials.has(name));
  if (missing !== undefined) {
    throw new ConfigError(
      `the configuration names the credential ${missing}: say where it is stored with ` +
        `--credential ${missing}=ssm:/parameter or ${missing}=secret:name`,
    );
  }
}
