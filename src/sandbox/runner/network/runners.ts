import { REGISTRATION_INFO } from '../version.ts';
import { call, jsonOf, type Outcome, runnerHeaders, withInfo } from './client.ts';

/** What GitLab says of a runner whose token it knows. */
export interface Credentials {
  id: number;
  token: string;
  expiresAt: string | null;
}

/** POST runners/verify: tells whether the token is known, and creates the runner manager. */
export async function verifyRunner(
  url: string,
  token: string,
  systemId: string,
): Promise<[Outcome, Credentials | null]> {
  const outcome = await call(url, {
    method: 'POST',
    path: 'runners/verify',
    endpoint: 'verify_runner',
    headers: runnerHeaders(token, true),
    body: withInfo({ token, system_id: systemId }),
  });
  return [outcome, outcome.status === 200 ? credentialsOf(outcome) : null];
}

/** POST runners, with a registration token: deprecated, 410 where it is switched off. */
export async function registerRunner(
  url: string,
  token: string,
  options: Record<string, unknown>,
): Promise<[Outcome, Credentials | null]> {
  const outcome = await call(url, {
    method: 'POST',
    path: 'runners',
    endpoint: 'register_runner',
    headers: runnerHeaders(token, true),
    body: JSON.stringify({ ...options, info: REGISTRATION_INFO, token }),
  });
  return [outcome, outcome.status === 201 ? credentialsOf(outcome) : null];
}

/** DELETE runners/managers: this system id only; the runner stays. */
export function unregisterManager(url: string, token: string, systemId: string): Promise<Outcome> {
  return call(url, {
    method: 'DELETE',
    path: 'runners/managers',
    endpoint: 'unregister_runner_manager',
    headers: runnerHeaders(token, false),
    body: JSON.stringify({ token, system_id: systemId }),
  });
}

/** DELETE runners: the whole runner. */
export function unregisterRunner(url: string, token: string): Promise<Outcome> {
  return call(url, {
    method: 'DELETE',
    path: 'runners',
    endpoint: 'unregister_runner',
    headers: runnerHeaders(token, false),
    body: JSON.stringify({ token }),
  });
}

/** POST runners/reset_authentication_token: the old token stops working. */
export async function resetToken(url: string, token: string): Promise<Credentials | null> {
  const outcome = await call(url, {
    method: 'POST',
    path: 'runners/reset_authentication_token',
    endpoint: 'reset_token',
    headers: runnerHeaders(token, true),
    body: JSON.stringify({ token }),
  });
  return outcome.status === 201 ? credentialsOf(outcome) : null;
}

function credentialsOf(outcome: Outcome): Credentials | null {
  const body = jsonOf(outcome);
  if (!body) return null;
  return {
    id: typeof body.id === 'number' ? body.id : 0,
    token: typeof body.token === 'string' ? body.token : '',
    expiresAt: typeof body.token_expires_at === 'string' ? body.token_expires_at : null,
  };
}
