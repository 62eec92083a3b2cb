/** One `[[runners]]` section: what this executable uses of it, and the rest as it was read. */
export interface RunnerSection {
  name: string;
  url: string;
  id: number;
  token: string;
  tokenObtainedAt: number | null;
  tokenExpiresAt: number | null;
  executor: string;
  limit: number;
  requestConcurrency: number;
  buildsDir: string | null;
  outputLimit: number;
  environment: string[];
  unhealthyRequestsLimit: number;
  unhealthyInterval: number;
  /** The table in the file; what is written back. */
  table: Record<string, unknown>;
}

/** config.toml. */
export interface RunnerConfig {
  concurrent: number;
  /** ms */
  checkInterval: number;
  /** ms */
  shutdownTimeout: number;
  listenAddress: string | null;
  runners: RunnerSection[];
  document: Record<string, unknown>;
}

/** What `[[runners]]` is called in the file. */
export function sectionsOf(document: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(document.runners) ? (document.runners as Record<string, unknown>[]) : [];
}
