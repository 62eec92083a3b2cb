import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { agentHost, bareHost } from '../sandbox/host.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox/sandbox.ts';
import { ansiblePath } from './ansible-path.ts';

export interface StageOptions {
  group: SandboxOptions['group'];
  /** Sections of each agent's config.yml. */
  config: Record<string, Record<string, unknown>>;
  /** Whether each instance boots an agent. */
  agents: boolean;
  /** A gitlab-runner executable instead of the sandbox's own. */
  runner?: string | undefined;
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
}

/** Starts a sandbox with everything that agents on it need. */
export async function openStage({
  group,
  config,
  agents,
  runner,
  dir,
  prefix,
}: StageOptions): Promise<Stage> {
  const home = dir ?? mkdtempSync(join(tmpdir(), prefix));
  const secrets = join(home, 'secrets');
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  const token = `glrt-t1_${randomBytes(15).toString('base64url')}`;
  const tokenFile = join(secrets, 'runner-token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const host = agents
    ? agentHost({
        root: packageRoot(),
        path: ansiblePath(process.env.PATH),
        runners: [{ tokenFile }],
        config,
        ...(runner === undefined ? {} : { runner }),
      })
    : bareHost;
  const sandbox = await startSandbox({ dir: home, group, host });
  sandbox.gitlab.addRunner({ token, description: 'shared by the group' });
  return { sandbox, dir: home, tokenFile };
}
