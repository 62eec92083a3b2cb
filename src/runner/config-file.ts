import { readFile } from 'node:fs/promises';

/** One [[runners]] section of config.toml, without its token. */
export interface RegisteredRunner {
  /** The runner's id in GitLab; null: not written. */
  id: number | null;
  name: string | null;
  url: string | null;
}

/** The registered runners in GitLab Runner's config.toml; none when the file is missing or cannot be parsed. */
export async function readRegistered(configFile: string): Promise<RegisteredRunner[]> {
  const { parse } = await import('smol-toml');
  let sections: unknown;
  try {
    sections = parse(await readFile(configFile, 'utf8')).runners;
  } catch {
    return [];
  }
  if (!Array.isArray(sections)) return [];
  return sections.flatMap((section: Record<string, unknown>) =>
    typeof section.token === 'string' && section.token !== ''
      ? [{ id: numberOf(section.id), name: textOf(section.name), url: textOf(section.url) }]
      : [],
  );
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const numberOf = (value: unknown): number | null => {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && number > 0 ? number : null;
};
