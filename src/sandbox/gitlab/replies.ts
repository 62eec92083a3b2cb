import type { HttpRequest, Reply } from '../http.ts';

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const noContent = (headers: Record<string, string> = {}): Reply => ({ status: 204, headers });

/** GitLab's form of an error answer. */
export const refuse = (status: number, message: string): Reply =>
  json(status, { message: `${status} ${message}` });

/** The JSON or form body as an object; empty when there is none or it cannot be read. */
export function bodyOf(request: HttpRequest): Record<string, unknown> {
  const text = request.body.toString('utf8');
  if (text === '') return {};
  if (request.headers['content-type']?.includes('x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
