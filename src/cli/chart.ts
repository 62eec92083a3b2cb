import { type Command, Option } from 'commander';
import type { CliContext } from './context.ts';

const example = `
Example:
  drover chart --format mermaid > lifecycle.mmd`;

/** `drover chart`: the state chart, drawn from the machine that runs. */
export function addChart(program: Command, context: CliContext): void {
  program
    .command('chart')
    .description('draw the state chart from the running definition')
    .addOption(
      new Option('--format <format>', 'mermaid for people, json for programs')
        .choices(['mermaid', 'json'])
        .default('mermaid'),
    )
    .addHelpText('after', example)
    .action(async (options: { format: 'mermaid' | 'json' }, command: Command) => {
      const { lifecycleGraph } = await import('../chart/graph.ts');
      const graph = lifecycleGraph();
      if (options.format === 'json' || command.optsWithGlobals().json) {
        context.print(JSON.stringify(graph));
        return;
      }
      const { toMermaid } = await import('../chart/mermaid.ts');
      context.print(toMermaid(graph).trimEnd());
    });
}
