import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { svgStyle } from '../chart/svg-style.ts';
import { packageRoot } from '../config/package-root.ts';

export interface Asset {
  type: string;
  body: string | Buffer;
}

/** Files of dist/, by path. */
const built = new Map([
  ['/page.js', { file: 'page.js', type: 'text/javascript; charset=utf-8' }],
  ['/page.css', { file: 'page-style.css', type: 'text/css; charset=utf-8' }],
]);

/** What the page is made of, by path; null: there is no such part. Only these names are ever looked up. */
export async function assetOf(path: string, { controls }: { controls: boolean }): Promise<Asset | null> {
  if (path === '/') {
    const { pageHtml } = await import('./page.ts');
    return { type: 'text/html; charset=utf-8', body: pageHtml({ controls }) };
  }
  if (path === '/icon.svg') return { type: 'image/svg+xml', body: icon };
  const part = built.get(path);
  if (part === undefined) return null;
  const { file, type } = part;
  const body = await readFile(join(packageRoot(), 'dist', file), 'utf8');
  return { type, body: path === '/page.css' ? body + svgStyle : body };
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#0969da"/><path d="M4 11V5h3.5a3 3 0 0 1 0 6z" fill="none" stroke="#fff" stroke-width="1.8"/></svg>\n';
