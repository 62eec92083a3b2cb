/** Runs of a scenario side by side: they mostly wait. */
const SIDE_BY_SIDE = 4;

/** Does each thing, a few at a time, and tells the words of those that failed. */
export async function inParallel<T>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  act: (thing: T) => Promise<void>,
  sideBySide = SIDE_BY_SIDE,
): Promise<string[]> {
  const failures: string[] = [];
  const queue = [...things];
  let done = 0;
  const worker = async () => {
    for (let thing = queue.shift(); thing !== undefined; thing = queue.shift()) {
      try {
        await act(thing);
      } catch (error) {
        failures.push(`${nameOf(thing)}: ${(error as Error).message}`);
      }
      done += 1;
      if (done % 10 === 0) console.log(`${done} of ${things.length}, ${failures.length} failed`);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  return failures;
}
