import { Purpose, RedeemResult, VerifyServiceClient } from '@berth/contracts/verify';
import { type GrpcTls, isUnimplemented } from '@berth/grpc';
import { backoffMs } from '@berth/lifecycle';
import { noTracing, type Tracing } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import { CalledService } from './called-service.ts';

export interface CodeRequest {
  email: string;
  /** `any`: the old dialect does not say. */
  purpose: 'register' | 'reset' | 'any';
  /** The client's address. */
  source: string;
  /** False: every step but the mail. */
  deliver: boolean;
  /** The mail tells that there is an account, in place of a code. */
  hasAccount: boolean;
  locale: string;
}

export interface CodeTry {
  email: string;
  purpose: 'register' | 'reset';
  code: string;
  /** The client's address. */
  source: string;
}

const purposes = {
  register: Purpose.PURPOSE_REGISTER,
  reset: Purpose.PURPOSE_RESET,
  any: Purpose.PURPOSE_ANY,
} as const;

/** Reaching the mail server may take verify some seconds. */
const issueDeadlineMs = 10_000;
const redeemDeadlineMs = 2_000;

/** Verify, as gate asks it. Errors: BerthError of verify, or `unavailable`. */
export class GrpcVerify {
  readonly #client: CalledService<VerifyServiceClient>;

  constructor(
    address: string,
    tls: GrpcTls | undefined,
    onFailure: (method: string, error: BerthError) => void,
    tracing: Tracing = noTracing,
  ) {
    const create = VerifyServiceClient;
    this.#client = new CalledService({ name: 'verify', create, address, tls, tracing, onFailure });
  }

  async issue(request: CodeRequest): Promise<{ resendAfterMs: number; expiresInMs: number }> {
    return this.#guard('issue', (traceparent) =>
      this.#client.call(
        (client) => client.issue.bind(client),
        { ...request, purpose: purposes[request.purpose] },
        { deadlineMs: issueDeadlineMs, attempts: 2, traceparent },
      ),
    );
  }

  /** Before what is costly: the code stays. Errors: `code_wrong` (which is an attempt), `code_expired`. */
  async check(request: CodeTry): Promise<void> {
    try {
      await this.#try('check', request);
    } catch (error) {
      // While verify is being replaced: redeeming tells the same, only later.
      if (!isUnimplemented(error)) throw error;
    }
  }

  /** Uses the code up. Errors: `code_wrong`, `code_expired`. */
  async redeem(request: CodeTry): Promise<void> {
    await this.#try('redeem', request);
  }

  async #try(method: 'check' | 'redeem', request: CodeTry): Promise<void> {
    const { result } = await this.#guard(method, (traceparent) =>
      this.#client.call(
        (client) => client[method].bind(client),
        { ...request, purpose: purposes[request.purpose] },
        { deadlineMs: redeemDeadlineMs, attempts: 2, traceparent },
      ),
    );
    if (result === RedeemResult.REDEEM_RESULT_OK) return;
    throw new BerthError(result === RedeemResult.REDEEM_RESULT_WRONG ? 'code_wrong' : 'code_expired');
  }

  /** Rejects when no replica can be reached within `ms`. */
  reach(ms: number): Promise<void> {
    return this.#client.reach(ms);
  }

  close(): void {
    this.#client.close();
  }

  #guard<T>(method: string, run: (traceparent: string | undefined) => Promise<T>): Promise<T> {
    return this.#client.guard(method, run, (error) => {
      if (error.code !== 'unavailable' && error.code !== 'deadline' && error.code !== 'internal')
        return error;
      return new BerthError('unavailable', 'Codes cannot be sent or checked right now; try again soon.', {
        cause: error,
        retryAfterMs: error.retryAfterMs ?? 1_000 + backoffMs(0, { baseMs: 2_000 }),
      });
    });
  }
}
