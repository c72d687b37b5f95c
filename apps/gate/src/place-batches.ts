import type { PlaceOutcome, PlaceRequest, PlaceResponse } from '@berth/contracts/status';
import { isUnimplemented } from '@berth/grpc';
import { BerthError, type ErrorCode, errorTable } from '@berth/wire';

export interface PlaceBatchesOptions {
  one(request: PlaceRequest): Promise<PlaceResponse>;
  many(requests: PlaceRequest[]): Promise<PlaceOutcome[]>;
}

/** Of one call at most, as the contract has it. */
const maxRequests = 128;
/** So long one after the other is asked for once a replica of an earlier version has answered, in milliseconds. */
const oneByOneMs = 60_000;

interface Waiting {
  request: PlaceRequest;
  resolve(answer: PlaceResponse | Promise<PlaceResponse>): void;
  reject(error: unknown): void;
}

/**
 * Asks for the places of one turn of the event loop by one call. A call costs gate and status more than a place does, and
 * when a node is gone thousands ask at once.
 */
export class PlaceBatches {
  readonly #options: PlaceBatchesOptions;
  #waiting: Waiting[] = [];
  #oneByOneUntil = 0;

  constructor(options: PlaceBatchesOptions) {
    this.#options = options;
  }

  place(request: PlaceRequest): Promise<PlaceResponse> {
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

  async #sendBatch(batch: Waiting[]): Promise<void> {
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

  #settle({ request, resolve, reject }: Waiting, outcome: PlaceOutcome['outcome']): void {
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
