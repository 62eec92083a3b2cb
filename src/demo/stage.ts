import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { makeDirectory } from '../directory.ts';
import { agentHost, type InstanceHost } from '../sandbox/host.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox/sandbox.ts';
import { ansiblePath } from './ansible-path.ts';

export interface StageOptions {
  group: SandboxOptions['group'];
  /** Makes the host of the instances, given the shared runner's token and the file (0600) that holds it. */
  host(runner: { token: string; tokenFile: string }): InstanceHost;
  /** Where the files lie; default: a new temporary directory that begins with `prefix`. */
  dir?: string | undefined;
  prefix: string;
}

/** A running sandbox with its directory, and one shared runner that its instances register with. */
export interface Stage {
  sandbox: Sandbox;
  dir: string;
  /** Holds the shared runner's authentication token (0600). */
  tokenFile: string;
  /** The instances' agents; null: they have none. */
  agents: Agents | null;
}

export type Agents = Pick<ReturnType<typeof agentHost>, 'agentOf'>;

/** A killed agent is started again after this long (ms), as systemd would. */
const RESTART_AFTER = 1_500;

/** Starts a sandbox with everything that its instances need. */
export async function openStage({ group, host, dir, prefix }: StageOptions): Promise<Stage> {
  const home = dir ?? mkdtempSync(join(tmpdir(), prefix));
  const secrets = join(home, 'secrets');
  makeDirectory(secrets, '--dir');
  const token = `glrt-t1_${randomBytes(15).toString('base64url')}`;
  const tokenFile = join(secrets, 'runner-token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const instances = host({ token, tokenFile });
  const sandbox = await startSandbox({ dir: home, group, host: instances });
  sandbox.gitlab.addRunner({ token, description: 'shared by the group' });
  const agents = 'agentOf' in instances ? (instances as InstanceHost & Agents) : null;
  return { sandbox, dir: home, tokenFile, agents };
}

/** Instances that boot a real agent each, with these sections of config.yml. Throws where Ansible is missing. */
export function stageAgents(
  config: Record<string, Record<string, unknown>>,
  runner: string | undefined,
): StageOptions['host'] {
  const path = ansiblePath(process.env.PATH);
  return ({ tokenFile }) =>
    agentHost({
      root: packageRoot(),
      path,
      runners: [{ tokenFile }],
      config,
      restartAfter: RESTART_AFTER,
      ...(runner === undefined ? {} : { runner }),
    });
}
