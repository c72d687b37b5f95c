import { BerthError } from '@berth/wire';
import { TaskQueue } from '../limits/task-queue.ts';

/** Status answers from memory and one read of MySQL. */
const timeoutMs = 5_000;
/** A fleet of 1,000 nodes with its history is some 2 MiB. */
const maxAnswerBytes = 8 * 1024 * 1024;

export interface OperatorCall {
  method: string;
  path: string;
  authorization: string;
  /** The client's address, for the log of status. */
  from: string;
  body: unknown;
  signal: AbortSignal;
}

/** The operators' port of status. A few calls at a time, so that operators cannot take gate's time from people. */
export class StatusDoor {
  readonly #url: string;
  readonly #queue = new TaskQueue({ concurrency: 8, queue: 64, maxWaitMs: 3_000 });

  constructor(url: string) {
    this.#url = url;
  }

  /** The answer as it is, refusals too. Throws BerthError `unavailable` when there is none. */
  ask(call: OperatorCall): Promise<{ status: number; body: Buffer }> {
    return this.#queue.run(() => this.#ask(call), call.signal);
  }

  async #ask({ method, path, authorization, from, body, signal }: OperatorCall) {
    try {
      const response = await fetch(this.#url + path, {
        method,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          ...{ authorization, 'x-forwarded-for': from },
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await readBounded(response) };
    } catch (cause) {
      signal.throwIfAborted();
      throw new BerthError('unavailable', 'Status does not answer operators now.', {
        cause,
        retryAfterMs: 2_000,
      });
    }
  }
}

async function readBounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error('the answer of status is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
