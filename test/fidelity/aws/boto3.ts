import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pinned } from '../real-parts/moto.ts';
import type { AnyClient, Call, Told } from './answers.ts';

/** boto3 in a process of its own, one call at a time; every answer is held against botocore's service model. */
export async function startBoto3(programs: string): Promise<AnyClient> {
  const child = spawn(join(programs, 'python'), ['-B', join(import.meta.dirname, 'boto3_calls.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('test/fidelity/aws/boto3_calls.py has ended; its standard error says why');
    return JSON.parse(value);
  };
  const versions = await next();
  if (versions.botocore !== pinned('botocore')) throw new Error(`botocore is ${versions.botocore}`);
  return {
    async call(endpoint: string, call: Call): Promise<Told> {
      child.stdin.write(`${JSON.stringify({ ...call, endpoint })}\n`);
      return { answer: null, error: null, problems: [], ...(await next()) };
    },
    async close() {
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    },
  };
}
