export function findPython(oldest: [number, number]): string | null;
export function installVenv(options: {
  home: string;
  python: string;
  packages: string[];
  say: (line: string) => void;
}): Promise<void>;
