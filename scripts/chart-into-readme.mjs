// Puts the chart of the running machine into README.md, between its two markers. `--check` fails when it is stale.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../README.md', import.meta.url));
const drover = fileURLToPath(new URL('../bin/drover.js', import.meta.url));
const chart = execFileSync(process.execPath, [drover, 'chart', '--format', 'mermaid'], { encoding: 'utf8' });
const readme = readFileSync(path, 'utf8');
const fresh = readme.replace(
  /(<!-- chart -->\n)[\s\S]*?(<!-- \/chart -->)/,
  (_, begin, end) => `${begin}\`\`\`mermaid\n${chart}\`\`\`\n${end}`,
);
if (process.argv.includes('--check')) {
  if (fresh !== readme) {
    console.error('README.md shows an older chart: run node scripts/chart-into-readme.mjs');
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, fresh);
}
