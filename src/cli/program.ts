import { Command } from 'commander';
import { addAgent } from './agent.ts';
import { addChart } from './chart.ts';
import { addSharedOptions, type CliContext } from './context.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addExplain } from './explain.ts';
import { addInit } from './init.ts';
import { addReap } from './reap.ts';
import { addRender } from './render.ts';
import { addReplay } from './replay.ts';
import { addSandbox } from './sandbox.ts';
import { addScaleUp } from './scale-up.ts';
import { addServices } from './services.ts';
import { addStatus } from './status.ts';
import { addTry } from './try.ts';
import { addUnreg } from './unreg.ts';

const footer = `
Exit codes: 0 success, 1 failure, 2 wrong usage or configuration.
Each command explains itself: drover demo --help`;

/** The whole command line. Commands load their own modules when they run, so that one does not pay for another. */
export function createProgram(context: CliContext, version: string): Command {
  const program = new Command('drover')
    .description('Keeps GitLab Runner instances in an EC2 Auto Scaling group alive, busy and clean.')
    .version(version, '--version')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run "drover --help" to see the commands and their options.')
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'drover: ')),
    })
    .addHelpText('after', footer)
    .exitOverride();
  addSharedOptions(program, context.env);
  for (const add of [
    addDemo,
    addSandbox,
    addAgent,
    addInit,
    addUnreg,
    addScaleUp,
    addServices,
    addStatus,
    addExplain,
    addReplay,
    addRender,
    addDoctor,
    addTry,
    addReap,
    addChart,
  ]) {
    add(program, context);
  }
  return program;
}
