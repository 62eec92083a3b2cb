import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Exchange, RecordedAnswer } from './recordings.ts';

/** A request as the runner sent it. */
export interface Sent {
  /** Method and path below /api/v4/. */
  call: string;
  /** Names and values as they came over the wire, in order. */
  headers: [string, string][];
  body: string;
  /** When it arrived, ms. */
  at: number;
  /** The status that it got; null: the runner hung up first. */
  status: number | null;
}

/** What is answered to one kind of call, in turn: null is held until the runner hangs up. */
type Turn = { answer: RecordedAnswer | null; after: number };

/**
 * A server that answers a runner as a recording did: each kind of call (polls, the updates of one job, …) in its own
 * order. Nothing-to-do answers in a row are given once, so that jobs come sooner; the last answer of a kind is repeated.
 */
export class Tape {
  readonly sent: Sent[] = [];
  readonly #turns = new Map<string, Turn[]>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #release: () => void = () => undefined;
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve;
  });

  /** `script`: of the jobs, in place of the recorded one. `onRelease`: held jobs are given when `release` is called. */
  constructor(
    exchanges: Exchange[],
    { script, onRelease = false }: { script?: string[]; onRelease?: boolean },
  ) {
    for (const { request, answer, after, times } of exchanges) {
      const turns = this.#turns.get(request.call) ?? [];
      this.#turns.set(request.call, turns);
      const held = onRelease && answer?.status === 201 ? Number.POSITIVE_INFINITY : after;
      const turn = { answer: answer && (script ? withScript(answer, script) : answer), after: held };
      const idle = answer?.status === 204 && request.call === 'POST jobs/request';
      const count = idle ? Number(turns.at(-1)?.answer?.status !== 204) : times;
      for (let time = 0; time < count; time += 1) turns.push(turn);
    }
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Gives what is held. */
  release(): void {
    this.#release();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The requests whose call begins so. */
  calls(start: string): Sent[] {
    return this.sent.filter(({ call }) => call.startsWith(start));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = `${request.method} ${request.url?.replace('/api/v4/', '')}`;
    const { rawHeaders: raw } = request;
    const headers = raw.flatMap((name, at): [string, string][] =>
      at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : [],
    );
    const body = Buffer.concat(chunks).toString('utf8');
    const sent: Sent = { call, headers, body, at: performance.now(), status: null };
    this.sent.push(sent);
    const { answer, after } = this.#next(call);
    if (answer === null) return;
    if (after === Number.POSITIVE_INFINITY) await this.#released;
    else if (after > 0) await delay(after < UPDATE ? after * 750 : after * 1000 + 200);
    if (response.destroyed) return;
    sent.status = answer.status;
    response.writeHead(answer.status, { ...answer.headers, ...rangeOf(sent, answer) });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  #next(call: string): Turn {
    const turns = this.#turns.get(call) ?? [];
    const [turn = NOTHING_RECORDED] = turns;
    if (turns.length > 1) turns.shift();
    else if (turn.answer?.status === 201) this.#turns.set(call, [NOTHING_TO_DO]);
    return turn;
  }
}

/** What the runner does every 3 s comes before an answer that was held as long, and after a shorter one: with room. */
const UPDATE = 3;

const NOTHING_RECORDED: Turn = { answer: { status: 404, headers: {} }, after: 0 };
const NOTHING_TO_DO: Turn = { answer: { status: 204, headers: {} }, after: 0 };

/** The log as far as this server has it now: the runner's lines differ in length from the recorded ones. */
function rangeOf({ headers }: Sent, answer: RecordedAnswer): Record<string, string> {
  const range = headers.find(([name]) => name === 'Content-Range')?.[1];
  if (range === undefined || answer.headers.Range === undefined) return {};
  return { Range: `0-${Number(range.split('-')[1]) + 1}` };
}

function withScript(answer: RecordedAnswer, script: string[]): RecordedAnswer {
  const { steps, ...body } = (answer.body ?? {}) as { steps?: object[] };
  if (answer.status !== 201 || steps === undefined) return answer;
  return { ...answer, body: { ...body, steps: steps.map((step) => ({ ...step, script })) } };
}
