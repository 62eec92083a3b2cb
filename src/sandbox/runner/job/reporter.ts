import { setTimeout as delay } from 'node:timers/promises';
import { type JobLink, patchTrace, putJob, type UpdateAnswer } from '../network/jobs.ts';
import type { Trace } from './trace.ts';

const UPDATE_INTERVAL = 3_000;
const KEEP_ALIVE = 30_000;
const PATCH_SIZE = 1024 * 1024;
const FINAL_TRIES = 10;

/** The last word on a job. */
export interface FinalUpdate {
  state: 'success' | 'failed';
  failure_reason?: string;
  exit_code?: number;
}

export interface ServerOrders {
  /** The server no longer knows the job as running: stop at once. */
  abort(): void;
  /** The job is being canceled: stop the script, then clean up. */
  cancel(): void;
}

/** Tells GitLab of one job: PUT running, the log every 3 s or as the server says, and the end. */
export class JobReporter {
  readonly #link: JobLink;
  readonly #trace: Trace;
  readonly #orders: ServerOrders;
  readonly #ending = new AbortController();
  #loop: Promise<void> | null = null;
  #sent = 0;
  #interval = UPDATE_INTERVAL;
  #lastUpdate = Number.NEGATIVE_INFINITY;
  #aborted = false;

  constructor(link: JobLink, trace: Trace, orders: ServerOrders) {
    this.#link = link;
    this.#trace = trace;
    this.#orders = orders;
  }

  /** Says that the job runs (the second half of the two-phase commit). False: it is not ours any more. */
  async acknowledge(): Promise<boolean> {
    this.#loop = this.#updateUntilEnd();
    const answer = await putJob(this.#link, { state: 'running', output: {} });
    if (answer.verdict === 'abort') {
      this.#ending.abort();
      await this.#loop;
      return false;
    }
    this.#take(answer);
    return true;
  }

  /** Sends the rest of the log, then the end of the job, until GitLab has it or refuses it for good. */
  async finish(update: FinalUpdate): Promise<void> {
    this.#ending.abort();
    await this.#loop;
    await this.#sendRest();
    for (let tries = 0; tries < FINAL_TRIES; ) {
      const { checksum } = this.#trace;
      const { state, failure_reason, exit_code } = update;
      const answer = await putJob(this.#link, {
        state,
        ...(failure_reason === undefined ? {} : { failure_reason }),
        checksum,
        output: { checksum, bytesize: this.#trace.size },
        ...(exit_code === undefined ? {} : { exit_code }),
      });
      if ([200, 403, 404].includes(answer.status)) return;
      if (answer.status !== 202) tries += 1;
      await delay(answer.interval ?? this.#interval);
      if (answer.status === 412) {
        this.#sent = 0;
        await this.#sendRest();
      }
    }
  }

  async #updateUntilEnd(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted && !this.#aborted) {
      await delay(this.#interval, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await this.#update();
    }
  }

  async #update(): Promise<void> {
    if (this.#trace.size > this.#sent) return void (await this.#patch());
    if (performance.now() - this.#lastUpdate < KEEP_ALIVE) return;
    const { checksum, size } = this.#trace;
    const output = size > 0 ? { checksum, bytesize: size } : { checksum };
    this.#take(await putJob(this.#link, { state: 'running', checksum, output }));
  }

  async #patch(): Promise<UpdateAnswer> {
    const bytes = this.#trace.slice(this.#sent, PATCH_SIZE);
    const answer = await patchTrace(this.#link, this.#sent, bytes);
    if (answer.verdict === 'accepted') this.#sent += bytes.length;
    else if (answer.resumeAt !== null) this.#sent = Math.min(answer.resumeAt, this.#trace.size);
    this.#take(answer);
    return answer;
  }

  async #sendRest(): Promise<void> {
    for (let tries = 0; this.#sent < this.#trace.size && tries < FINAL_TRIES; ) {
      const { verdict } = await this.#patch();
      if (verdict === 'abort') return;
      if (verdict === 'failed') {
        tries += 1;
        await delay(this.#interval);
      }
    }
  }

  #take(answer: UpdateAnswer): void {
    if (answer.interval !== null) this.#interval = answer.interval;
    if (answer.verdict === 'ok' || answer.verdict === 'accepted') this.#lastUpdate = performance.now();
    if (answer.verdict === 'abort') {
      this.#aborted = true;
      this.#orders.abort();
    } else if (answer.canceling) {
      this.#orders.cancel();
    }
  }
}
