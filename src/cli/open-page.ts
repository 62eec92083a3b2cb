import { spawn } from 'node:child_process';
import type { Told } from '../demo/told.ts';

export interface Desk {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** Whether a person reads what we print. */
  isTerminal: boolean;
}

/** The program that opens an address in the browser of whoever sits at this machine; null: nobody does. */
export function openerAt({ platform, env, isTerminal }: Desk): string | null {
  if (!isTerminal || env.CI || env.SSH_CONNECTION) return null;
  if (platform === 'darwin') return 'open';
  return env.DISPLAY || env.WAYLAND_DISPLAY ? 'xdg-open' : null;
}

/** Opens the page whose address is told, if there is somebody to look at it; where that fails the address was printed. */
export function openPageOf({ event }: Told): void {
  const url = event.event === 'page' ? event.url : event.event === 'started' ? event.pageUrl : null;
  const isTerminal = process.stdout.isTTY === true;
  const opener = openerAt({ platform: process.platform, env: process.env, isTerminal });
  if (typeof url !== 'string' || opener === null) return;
  const child = spawn(opener, [url], { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}
