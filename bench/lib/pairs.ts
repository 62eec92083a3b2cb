/** Takes both sides in turn, in alternating order, so that neither always profits from what the other has warmed up. */
export async function inPairs(
  pairs: number,
  ours: (pair: number) => Promise<number>,
  baseline: (pair: number) => Promise<number>,
): Promise<{ ours: number[]; baseline: number[] }> {
  const values = { ours: [] as number[], baseline: [] as number[] };
  const takeOurs = async (pair: number) => void values.ours.push(await ours(pair));
  const takeBaseline = async (pair: number) => void values.baseline.push(await baseline(pair));
  for (let pair = 0; pair < pairs; pair += 1) {
    const order = pair % 2 === 0 ? [takeOurs, takeBaseline] : [takeBaseline, takeOurs];
    for (const take of order) await take(pair);
  }
  return values;
}
