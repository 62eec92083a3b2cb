type Which = 'oldest' | 'newest';
export function testedAnsible(which: Which): {
  version: string;
  list: string;
  home: string;
  programs: string;
  pythons: [[number, number], [number, number]];
  mend: string;
};
export function ensureTestedAnsible(which: Which, say: (line: string) => void): Promise<string>;
