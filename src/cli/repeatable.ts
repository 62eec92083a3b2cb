/** For an option that may be given several times. */
export const repeatable = (value: string, others: string[]): string[] => [...others, value];
