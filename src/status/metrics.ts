import { Counter, Gauge, Registry } from 'prom-client';
import { lifecycleGraph } from '../chart/graph.ts';
import type { Hub } from './hub.ts';

/** The metrics as Prometheus reads them. What is not known has no sample: no reading is not a zero. */
export async function metricsOf({ instances, totals }: Hub): Promise<{ type: string; body: string }> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labels: string[] = []) =>
    new Gauge({ name, help, labelNames: ['instance_id', ...labels], registers: [registry] });
  const counter = (name: string, help: string, label: string, counts: Map<string, number>) => {
    const made = new Counter({ name, help, labelNames: [label], registers: [registry] });
    for (const [key, count] of counts) made.inc({ [label]: key }, count);
  };

  const state = gauge('drover_state', '1 for the state of the chart that the instance is in, else 0.', [
    'state',
  ]);
  const entered = gauge('drover_state_entered_timestamp_seconds', 'When that state was entered.');
  const running = gauge('drover_jobs_running', 'Jobs that run on the instance.');
  const limit = gauge('drover_jobs_limit', 'Jobs that the runner takes at the most.');
  const desired = gauge('drover_group_desired_instances', 'Desired capacity of the group.');
  const least = gauge('drover_group_min_instances', 'Minimum size of the group.');
  const most = gauge('drover_group_max_instances', 'Maximum size of the group.');
  const hook = gauge(
    'drover_hook_deadline_timestamp_seconds',
    'When the lifecycle hook that waits gives up.',
    ['transition'],
  );
  const notice = gauge('drover_notice', '1 while EC2 has announced this.', ['kind']);
  const attempts = gauge('drover_failed_attempts', 'Failures in a row in the present phase.');
  const degraded = gauge('drover_journal_degraded', '1 while the journal cannot be written.');
  const states = lifecycleGraph().nodes.flatMap(({ id, kind }) => (kind === 'compound' ? [] : [id]));

  for (const view of instances) {
    const of = { instance_id: view.id };
    for (const one of states) state.set({ ...of, state: one }, one === view.state ? 1 : 0);
    entered.set(of, view.since / 1_000);
    if (view.running !== null) running.set(of, view.running);
    if (view.limit !== null) limit.set(of, view.limit);
    if (view.group !== null) {
      desired.set(of, view.group.desired);
      least.set(of, view.group.min);
      most.set(of, view.group.max);
    }
    if (view.hook !== null) hook.set({ ...of, transition: view.hook.transition }, view.hook.deadline / 1_000);
    if (view.notice !== null) notice.set({ ...of, kind: view.notice.kind }, 1);
    attempts.set(of, view.attempts);
    degraded.set(of, view.degraded ? 1 : 0);
  }
  counter('drover_transitions_total', 'Changes of state, by the state entered.', 'state', totals.transitions);
  counter('drover_commands_total', 'Commands of the chart.', 'command', totals.commands);
  counter('drover_playbook_runs_total', 'Playbook runs that have ended.', 'outcome', totals.plays);
  processMetrics(registry);
  return { type: registry.contentType, body: await registry.metrics() };
}

/** The few that Prometheus expects of every process; collected when asked, so that nobody pays between. */
function processMetrics(registry: Registry): void {
  const { user, system } = process.cpuUsage();
  const make = { labelNames: [], registers: [registry] };
  new Counter({ name: 'process_cpu_seconds_total', help: 'CPU time of the process.', ...make }).inc(
    (user + system) / 1e6,
  );
  new Gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory of the process.', ...make }).set(
    process.memoryUsage.rss(),
  );
  new Gauge({ name: 'process_start_time_seconds', help: 'When the process started.', ...make }).set(
    Date.now() / 1_000 - process.uptime(),
  );
}
