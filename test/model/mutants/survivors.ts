/** Mutants that nothing catches, each with why the chart behaves the same. Taken away when one is caught. */
export const survivors: Record<string, string> = {
  'launching host.stopping [1] without powersOff':
    'Before a reboot nobody reads which action a play would answer: none is played, and who answers or drains notes its own. Only the timer of heartbeats, of which none is sent while nothing is open, takes the interval of the other hook.',
  'inService.retiring.unanswered always [1] without hasTerminateHook':
    'Without a terminate hook the runner is gone by then: `unknown` is left for `repairing` at the next look at its process.',
};
