/** Runs of a scenario side by side, over all tests of a file: they mostly wait. */
const SIDE_BY_SIDE = 6;

let free = SIDE_BY_SIDE;
const waiting: Array<() => void> = [];

/** Does something when one of the few places is free; the places are shared by all tests of the file. */
export async function inTurn<T>(act: () => Promise<T>): Promise<T> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await act();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
}

/**
 * Does each thing, a few at a time, and tells the words of those that failed. What fails is done once more, as vitest
 * does with a whole test, and that is printed: tests that play many lives so do not play them all again.
 */
export async function inParallel<T>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  act: (thing: T) => Promise<void>,
): Promise<string[]> {
  const failures: string[] = [];
  let done = 0;
  const one = async (thing: T) => {
    const words = (error: Error) => `${nameOf(thing)}: ${error.message}`;
    await inTurn(() => act(thing))
      .catch((error: Error) => {
        console.error(`once more, since it failed: ${words(error)}`);
        return inTurn(() => act(thing));
      })
      .catch((error: Error) => {
        console.error(`failed twice: ${words(error)}`);
        failures.push(words(error));
      });
    done += 1;
    if (done % 10 === 0) console.log(`${done} of ${things.length}, ${failures.length} failed`);
  };
  await Promise.all(things.map(one));
  return failures;
}
