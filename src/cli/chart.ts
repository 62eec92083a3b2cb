import { type Command, Option } from 'commander';
import type { ChartGraph } from '../chart/graph.ts';
import { ConfigError } from '../errors.ts';
import { type CliContext, type SharedOptions, sharedOptions } from './context.ts';

const formats = ['mermaid', 'svg', 'dot', 'json'] as const;
const views = ['lifecycle', 'services'] as const;

const example = `
An instance is read as "drover explain" reads it: this one from its state directory, another over SSH.

Example:
  drover chart --format svg --state /var/lib/drover > lifecycle.svg
  drover chart --format svg --state i-0123456789abcdef0 > lifecycle.svg
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
    .option(
      '--state <state>',
      'mark where an instance is: its id, its journal or state directory, or a state’s dotted name',
    )
    .addHelpText('after', example)
    .action(async ({ view, format, state }: ChartOptions, command: Command) => {
      const shared = sharedOptions(command);
      const asked = shared.json ? 'json' : format;
      if (view === 'services' && state !== undefined) {
        throw new ConfigError('--state marks a state of the lifecycle: leave --view services out');
      }
      const drawn =
        view === 'services' ? drawServices(asked) : drawLifecycle(asked, state, { context, shared });
      context.print((await drawn).trimEnd());
    });
}

async function drawLifecycle(
  format: ChartOptions['format'],
  state: string | undefined,
  command: { context: CliContext; shared: SharedOptions },
): Promise<string> {
  const { lifecycleGraph } = await import('../chart/graph.ts');
  const graph = lifecycleGraph();
  const current = state === undefined ? [] : await statesNamed(state, graph, command);
  if (format === 'svg') return (await import('../chart/lifecycle-svg.ts')).lifecycleSvg(graph, current);
  if (format === 'dot') return (await import('../chart/dot.ts')).toDot(graph, current);
  if (format === 'json') return JSON.stringify({ ...graph, current });
  return (await import('../chart/mermaid.ts')).toMermaid(graph, current);
}

async function statesNamed(
  given: string,
  graph: ChartGraph,
  { context, shared }: { context: CliContext; shared: SharedOptions },
): Promise<string[]> {
  const { currentStates, isInstanceId, statesOf } = await import('../chart/current-states.ts');
  if (!isInstanceId(given)) return currentStates(given, graph);
  const { entriesOfInstance } = await import('./instance-entries.ts');
  return statesOf(await entriesOfInstance(context, shared, given), graph, given);
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
