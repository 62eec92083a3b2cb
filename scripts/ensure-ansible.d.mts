export function ensureAnsible(options?: { say?: (line: string) => void }): Promise<string>;
export function findAnsible(say?: (line: string) => void): string | null;
