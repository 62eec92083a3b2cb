import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import type { CliContext } from './context.ts';
import { explainFailure } from './failure.ts';
import { createProgram } from './program.ts';

// The composition root, and the only place that exits.

const exitCodeOfSignal = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;

/** How long a clean end may take after a fault of ours (ms). */
const LAST_WORDS = 20_000;

const controller = new AbortController();
let stoppedBy: keyof typeof exitCodeOfSignal | null = null;
for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    stoppedBy ??= name;
    controller.abort(new Error(`stopped by ${name}`));
  });
}
// Whoever reads our output has gone (`drover demo | head`): what has been started is ended, as after Ctrl-C.
process.stdout.on('error', () => {
  stoppedBy ??= 'SIGPIPE';
  controller.abort(new Error('nobody reads the output any more'));
});

// A fault of ours: what has been started is ended as far as that is still possible.
let fault: unknown = null;
process.on('uncaughtException', (error) => {
  if (fault !== null) return;
  fault = error;
  report(error);
  controller.abort(error);
  setTimeout(() => process.exit(1), LAST_WORDS).unref();
});

const context: CliContext = {
  env: process.env,
  signal: controller.signal,
  print: (text) => void process.stdout.write(`${text}\n`),
  exitCode: 0,
};

const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  version: string;
};
const program = createProgram(context, version);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (fault === null) report(error);
}
// Pipes take what was written only now and then: leave when the last line is out.
process.stdout.write('', () => process.exit(context.exitCode));

/** Says what went wrong, for people and with --json for programs, and sets the exit code. */
function report(error: unknown): void {
  const failure = explainFailure(error, {
    debug: process.argv.includes('--debug'),
    interrupted: stoppedBy === null ? null : exitCodeOfSignal[stoppedBy],
  });
  context.exitCode = failure.exitCode;
  if (failure.text !== null) process.stderr.write(`${failure.text}\n`);
  if (failure.exitCode === 0 || !process.argv.includes('--json')) return;
  context.print(JSON.stringify({ event: 'error', message: failure.message, exitCode: failure.exitCode }));
}
