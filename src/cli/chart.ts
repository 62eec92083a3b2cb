import { type Command, Option } from 'commander';
import type { CliContext } from './context.ts';

const formats = ['mermaid', 'svg', 'dot', 'json'] as const;

const example = `
Example:
  drover chart --format svg --state /var/lib/drover > lifecycle.svg
  drover chart --format dot | dot -Tpdf > lifecycle.pdf`;

interface ChartOptions {
  format: (typeof formats)[number];
  state?: string;
}

/** `drover chart`: the state chart, drawn from the machine that runs. */
export function addChart(program: Command, context: CliContext): void {
  program
    .command('chart')
    .description('draw the state chart from the running definition')
    .addOption(
      new Option('--format <format>', 'svg, mermaid and dot for people, json for programs')
        .choices(formats)
        .default('mermaid'),
    )
    .option('--state <state>', 'mark a state: its dotted name, or a journal or state directory that tells it')
    .addHelpText('after', example)
    .action(async ({ format, state }: ChartOptions, command: Command) => {
      const [{ lifecycleGraph }, { currentStates }] = await Promise.all([
        import('../chart/graph.ts'),
        import('../chart/current-states.ts'),
      ]);
      const graph = lifecycleGraph();
      const current = state === undefined ? [] : currentStates(state, graph);
      if (command.optsWithGlobals().json || format === 'json') {
        context.print(JSON.stringify({ ...graph, current }));
      } else if (format === 'svg') {
        const { lifecycleSvg } = await import('../chart/lifecycle-svg.ts');
        context.print(lifecycleSvg(graph, current).trimEnd());
      } else if (format === 'dot') {
        const { toDot } = await import('../chart/dot.ts');
        context.print(toDot(graph, current).trimEnd());
      } else {
        const { toMermaid } = await import('../chart/mermaid.ts');
        context.print(toMermaid(graph, current).trimEnd());
      }
    });
}
