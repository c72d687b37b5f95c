import { BerthError, type ErrorCode, errorTable } from '@berth/wire';
import { isUnimplemented } from './errors.ts';

/** What became of one of several, as `PlaceOutcome` of status tells it. */
interface Outcome<Response> {
  outcome?:
    | { $case: 'place'; value: Response }
    | { $case: 'refusal'; value: { code: string; message: string; retryAfterMs: number } }
    | undefined;
}

export interface PlaceBatchesOptions<Request, Response> {
  one(request: Request): Promise<Response>;
  many(requests: Request[]): Promise<Outcome<Response>[]>;
}

/** Of one call at most, as the contract has it. */
const maxRequests = 128;
/** So long one after the other is asked for once a replica of an earlier version has answered, in milliseconds. */
const oneByOneMs = 60_000;

interface Waiting<Request, Response> {
  request: Request;
  resolve(answer: Response | Promise<Response>): void;
  reject(error: unknown): void;
}

/**
 * Asks for the places of one turn of the event loop by one call. A call costs both sides more than a place does, and when a
 * node is gone, or ends, many are asked for at once.
 */
export class PlaceBatches<Request, Response> {
  readonly #options: PlaceBatchesOptions<Request, Response>;
  #waiting: Waiting<Request, Response>[] = [];
  #oneByOneUntil = 0;

  constructor(options: PlaceBatchesOptions<Request, Response>) {
    this.#options = options;
  }

  place(request: Request): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ request, resolve, reject }) === 1) setImmediate(() => this.#send());
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const size = performance.now() < this.#oneByOneUntil ? 1 : maxRequests;
    for (let start = 0; start < waiting.length; start += size)
      void this.#sendBatch(waiting.slice(start, start + size));
  }

  async #sendBatch(batch: Waiting<Request, Response>[]): Promise<void> {
    const { one, many } = this.#options;
    if (batch.length === 1) {
      batch[0]!.resolve(one(batch[0]!.request));
      return;
    }
    try {
      const outcomes = await many(batch.map(({ request }) => request));
      for (const [at, waiting] of batch.entries()) this.#settle(waiting, outcomes[at]?.outcome);
    } catch (error) {
      const isOld = isUnimplemented(error);
      if (isOld) this.#oneByOneUntil = performance.now() + oneByOneMs;
      for (const { request, resolve, reject } of batch)
        if (isOld) resolve(one(request));
        else reject(error);
    }
  }

  #settle(
    { request, resolve, reject }: Waiting<Request, Response>,
    outcome: Outcome<Response>['outcome'],
  ): void {
    if (outcome?.$case === 'place') {
      resolve(outcome.value);
      return;
    }
    const { code, message, retryAfterMs } = outcome?.value ?? { code: '', message: '', retryAfterMs: 0 };
    if (!isErrorCode(code)) reject(new BerthError('internal', undefined, { cause: new Error(message) }));
    // That replica alone may be cut off.
    else if (code === 'unavailable') resolve(this.#options.one(request));
    else reject(new BerthError(code, message, retryAfterMs > 0 ? { retryAfterMs } : {}));
  }
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code);
