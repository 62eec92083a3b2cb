/** Mutants that nothing catches, each with why the chart behaves the same. Taken away when one is caught. */
export const survivors: Record<string, string> = {
  'inService.retiring.unanswered always [1] without hasTerminateHook':
    'Without a terminate hook the runner is gone by then: `unknown` is left for `repairing` at the next look at its process.',
};
