const CREATED = /^glrt-(t\d_)?/;
const SHORT_LENGTH = 9;

/** Whether the runner was created in GitLab (`glrt-`): then only its runner manager is ours to delete. */
export function isCreatedToken(token: string): boolean {
  return CREATED.test(token);
}

/** The part of a token that logs and metric labels may show: nine characters after the prefix. */
export function shortToken(token: string): string {
  return token
    .replace(CREATED, '')
    .replace(/^glrtr-/, '')
    .slice(0, SHORT_LENGTH);
}
