import type { LifecycleContext } from './context.ts';
import { launchActionOpen } from './group.ts';

/** The command parameters that several states share, computed from the context. */
const operationOf = (context: LifecycleContext): string => context.operation ?? '';

/** Names the operation and plays init. The play completes the launch hook only where one is open or will open. */
export const playInit = [
  { type: 'nameOperation', params: { kind: 'init' } },
  {
    type: 'playInit',
    params: ({ context }: { context: LifecycleContext }) => ({
      operation: operationOf(context),
      completeHook:
        context.group?.launchHook != null &&
        context.group.lifecycleState.startsWith('Pending') &&
        !context.launchActionDone,
    }),
  },
] as const;

/** Names the operation and plays unreg, answering the lifecycle action of the context's transition. */
export const playUnreg = [
  { type: 'nameOperation', params: { kind: 'unreg' } },
  {
    type: 'playUnreg',
    params: ({ context }: { context: LifecycleContext }) => ({
      operation: operationOf(context),
      transition: context.transition,
      result: context.result,
      completeHook:
        context.transition === 'launching'
          ? launchActionOpen(context.group) && !context.launchActionDone
          : context.group?.terminateHook != null &&
            /Terminating/.test(context.group.lifecycleState) &&
            !context.terminateActionDone,
    }),
  },
] as const;

export const playScaleUp = [
  'noteDesired',
  { type: 'nameOperation', params: { kind: 'scaleUp' } },
  {
    type: 'playScaleUp',
    params: ({ context }: { context: LifecycleContext }) => ({ operation: operationOf(context) }),
  },
] as const;

export const answerAction = {
  type: 'completeLifecycleAction',
  params: ({ context }: { context: LifecycleContext }) => ({
    transition: context.transition,
    result: context.result,
  }),
} as const;
