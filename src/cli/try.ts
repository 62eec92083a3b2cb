import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../config/package-root.ts';
import { ConfigError } from '../errors.ts';
import { type CliContext, printJson, sharedOptions } from './context.ts';

const example = `
Plays it three times on a sandbox of its own: in check mode, for real, and again. Then tells whether its check mode is
honest, whether it changes nothing the second time, whether it shows a secret, which calls it made, and how long each
task took. It gets the sandbox's variables, and those of --vars over them. AWS and GitLab are emulated, but this host is
not: what the playbook does to it, it does. Exit code 1: one of the answers is no.

Example:
  drover try gitlab_runner_init`;

/** `drover try`: what a playbook, theirs or ours, really does, three times over. */
export function addTry(program: Command, context: CliContext): void {
  program
    .command('try')
    .description('play a playbook on the sandbox: honest in check mode? idempotent? which calls?')
    .argument('<playbook>', 'a playbook file, or the name of one of Drover’s own')
    .option('--vars <file>', 'variables (YAML or JSON) that win over those of the sandbox')
    .addHelpText('after', example)
    .action(async (given: string, { vars }: { vars?: string }, command: Command) => {
      const { json } = sharedOptions(command);
      const playbook = playbookPath(given);
      if (vars !== undefined && !isFile(vars)) throw new ConfigError(`--vars ${vars}: there is no such file`);
      const [{ tryPlaybook }, { describeTrial }, { paintFor, widthOf }, { trialLines }] = await Promise.all([
        import('../trial/trial.ts'),
        import('../trial/text.ts'),
        import('../terminal/paint.ts'),
        import('../trial/lines.ts'),
      ]);
      const trial = await tryPlaybook({
        playbook,
        vars: vars === undefined ? undefined : resolve(vars),
        signal: context.signal,
        tell: (what) => void (json || process.stderr.write(`  … ${what}\n`)),
      });
      const good = trial.verdicts.every((verdict) => verdict.good);
      if (json) for (const line of trialLines(trial)) printJson(context, line);
      else
        context.print(
          describeTrial(trial, {
            paint: paintFor(process.stdout, context.env),
            width: widthOf(process.stdout),
          }),
        );
      if (!good) context.exitCode = 1;
    });
}

function playbookPath(given: string): string {
  const own = join(packageRoot(), 'playbooks', given.endsWith('.yml') ? given : `${given}.yml`);
  const path = isAbsolute(given) ? given : resolve(given);
  if (isFile(path)) return path;
  if (!given.includes('/') && isFile(own)) return own;
  throw new ConfigError(`${given}: there is no such playbook, neither here nor among Drover’s own`);
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
