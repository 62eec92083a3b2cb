// Bundles the command line into dist/: one entry a program, shared chunks split out so that the agent
// does not load the sandbox. Run by `npm ci` (prepare) and by `npm test`.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { metafile } = await build({
  absWorkingDir: root,
  metafile: true,
  entryPoints: { drover: 'src/cli/main.ts', 'gitlab-runner': 'src/sandbox/runner/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  // ssh2 takes these only where they are there, and does without.
  external: ['*.node', 'cpu-features'],
  // CommonJS dependencies ask for require() of Node's own modules and for their directory, which an ES module has not.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url), __dirname = import.meta.dirname;",
  },
});

// The status page's own program and style, for browsers.
const page = await build({
  absWorkingDir: root,
  metafile: true,
  entryPoints: { page: 'src/status/browser/main.ts', 'page-style': 'src/status/browser/page.css' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
});
const outputs = { ...metafile.outputs, ...page.metafile.outputs };

// What an earlier build left goes last, so that a process that runs from dist/ finds its files meanwhile.
for (const name of await readdir(join(root, 'dist'))) {
  if (!(`dist/${name}` in outputs)) await rm(join(root, 'dist', name), { recursive: true });
}
