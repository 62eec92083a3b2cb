import http from 'node:http';
import { jobUrl } from '../job/spec.ts';
import { FatalError, log } from '../log.ts';
import { listJobs, type RunnerProcess, renderMetrics } from './state.ts';

const DEFAULT_PORT = 9252;

/** Serves metrics and debug pages on `address` (host:port, host, or :port). Fatal when the port is taken. */
export function startDebugServer(runner: RunnerProcess, address: string): Promise<http.Server> {
  const { host, port } = splitAddress(address);
  // As Go's server: an idle connection is kept for as long as the client likes.
  const server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const path = new URL(request.url ?? '/', 'http://runner').pathname;
    const page = pageOf(runner, path);
    if (page === null) return reply(response, 404, '404 page not found\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return reply(response, 405, 'Method Not Allowed\n');
    reply(response, path === '/health/ready' && runner.state === 'starting' ? 503 : 200, page);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new FatalError(`Failed to create listener for metrics server: ${error.message}`)),
    );
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      log('info', 'Metrics server listening', { address });
      resolve(server);
    });
  });
}

function pageOf(runner: RunnerProcess, path: string): string | null {
  switch (path) {
    case '/metrics':
      return renderMetrics(runner);
    case '/debug/jobs/list':
      return listJobs(runner, (build) => jobUrl(build.job));
    case '/debug/process/state':
      return `${runner.state}\n`;
    case '/health/ready':
      return runner.state === 'starting' ? 'not ready\n' : 'ready\n';
    default:
      return null;
  }
}

function reply(response: http.ServerResponse, status: number, body: string): void {
  const type = body.startsWith('# HELP')
    ? 'text/plain; version=0.0.4; charset=utf-8'
    : 'text/plain; charset=utf-8';
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

/** `localhost:9090`, `[::1]:9090`, `:9090` or a host alone. */
export function splitAddress(address: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(address) ?? [];
  if (bracketed === undefined && plain === undefined)
    throw new FatalError(`invalid metrics server address: ${address}`);
  return { host: bracketed ?? plain ?? '', port: port === undefined ? DEFAULT_PORT : Number(port) };
}
