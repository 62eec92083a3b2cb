export function findPython(oldest: [number, number], newest?: [number, number]): string | null;
export function canStart(program: string): boolean;
export function installVenv(options: {
  home: string;
  python: string;
  packages: string[];
  say: (line: string) => void;
}): Promise<void>;
