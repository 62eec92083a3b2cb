import { type Command, Option } from 'commander';
import { ConfigError } from '../errors.ts';
import type { CliContext } from './context.ts';

const formats = ['mermaid', 'svg', 'dot', 'json'] as const;
const views = ['lifecycle', 'services'] as const;

const example = `
Example:
  drover chart --format svg --state /var/lib/drover > lifecycle.svg
  drover chart --view services --format dot | dot -Tpdf > services.pdf`;

interface ChartOptions {
  view: (typeof views)[number];
  format: (typeof formats)[number];
  state?: string;
}

/** `drover chart`: the state chart, drawn from the machine that runs, or the services, drawn from their units. */
export function addChart(program: Command, context: CliContext): void {
  program
    .command('chart')
    .description('draw the state chart from the running definition, or the services from their units')
    .addOption(new Option('--view <view>', 'what to draw').choices(views).default('lifecycle'))
    .addOption(
      new Option('--format <format>', 'svg, mermaid and dot for people, json for programs')
        .choices(formats)
        .default('mermaid'),
    )
    .option('--state <state>', 'mark a state: its dotted name, or a journal or state directory that tells it')
    .addHelpText('after', example)
    .action(async ({ view, format, state }: ChartOptions, command: Command) => {
      const asked = command.optsWithGlobals().json ? 'json' : format;
      if (view === 'services' && state !== undefined) {
        throw new ConfigError('--state marks a state of the lifecycle: leave --view services out');
      }
      const draw = view === 'services' ? drawServices : drawLifecycle;
      context.print((await draw(asked, state)).trimEnd());
    });
}

async function drawLifecycle(format: ChartOptions['format'], state: string | undefined): Promise<string> {
  const [{ lifecycleGraph }, { currentStates }] = await Promise.all([
    import('../chart/graph.ts'),
    import('../chart/current-states.ts'),
  ]);
  const graph = lifecycleGraph();
  const current = state === undefined ? [] : currentStates(state, graph);
  if (format === 'svg') return (await import('../chart/lifecycle-svg.ts')).lifecycleSvg(graph, current);
  if (format === 'dot') return (await import('../chart/dot.ts')).toDot(graph, current);
  if (format === 'json') return JSON.stringify({ ...graph, current });
  return (await import('../chart/mermaid.ts')).toMermaid(graph, current);
}

async function drawServices(format: ChartOptions['format']): Promise<string> {
  const [{ lifecycleGraph }, { servicesGraph }, { servicesSvg }, { servicesDot, servicesMermaid }] =
    await Promise.all([
      import('../chart/graph.ts'),
      import('../chart/services.ts'),
      import('../chart/services-panel.ts'),
      import('../chart/services-text.ts'),
    ]);
  const graph = servicesGraph(lifecycleGraph());
  if (format === 'svg') return servicesSvg(graph);
  if (format === 'dot') return servicesDot(graph);
  return format === 'json' ? JSON.stringify(graph) : servicesMermaid(graph);
}
