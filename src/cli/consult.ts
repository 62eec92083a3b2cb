import { loadConfig } from '../config.ts';
import { checks } from '../doctor/checks/index.ts';
import { judgeNode } from '../doctor/checks/node.ts';
import { examine } from '../doctor/examine.ts';
import { danger, ok } from '../doctor/finding.ts';
import { type CheckResult, runChecks } from '../doctor/run-checks.ts';
import { clockOffsetNow, createTimeline } from '../engine/timeline.ts';
import { ConfigError } from '../errors.ts';
import type { CliContext } from './context.ts';

/** Runs every check with the configuration at `path`; one that cannot be used is itself the finding. */
export async function consult({ env, signal }: CliContext, path: string): Promise<CheckResult[]> {
  try {
    const config = loadConfig(path, env);
    const examination = examine(config, { env, signal, clock: createTimeline(clockOffsetNow()) });
    try {
      const found = await runChecks(checks, examination);
      return [{ check: 'configuration', findings: [ok(`${path} is complete`)] }, ...found];
    } finally {
      examination.close();
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const finding = danger(error.message, 'nothing else can be looked at before that is mended');
    return [
      { check: 'configuration', findings: [finding] },
      { check: 'Node', findings: [judgeNode(process.versions.node)] },
    ];
  }
}
