import type { RunningRunner } from '../../sandbox/runner/world.ts';
import type { Stage } from './stage.ts';

/** How a recorded situation is brought about, and what it ends with. */
export interface Performance {
  /** The jobs' script, where the recorded one takes longer than the test needs. */
  script?: string[];
  /** Lines of config.toml beside the recorded defaults. */
  globals?: string;
  /** Jobs are handed out when the tape is released, not after the recorded time. */
  onRelease?: boolean;
  /** The exit code as recorded; null: the runner went on. */
  code: number | null;
  /** Whether equal updates in a row count as one: a shorter script has fewer of them. */
  loose?: boolean;
  /** Gives the exit code; null: it still runs. */
  act(stage: Stage): Promise<number | null>;
}

type Act = (stage: Stage, runner: RunningRunner) => Promise<void>;

/** The runner goes on until it has done this. */
export const until =
  (act: Act): Performance['act'] =>
  async (stage) => {
    await act(stage, await stage.runner());
    return null;
  };

/** It ends by itself. */
export const toTheEnd =
  (act: Act): Performance['act'] =>
  async (stage) => {
    const runner = await stage.runner();
    await act(stage, runner);
    return (await runner.ended).code;
  };
