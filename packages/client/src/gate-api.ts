import { type Berth, BerthError, type ErrorCode, errorTable } from '@berth/wire';
import type {
  GroupPreview,
  InvitePreview,
  PlatformAnswer,
  SessionEntry,
  SessionsAnswer,
} from '@berth/wire/http';
import type { Clock } from './clock.ts';
import type { BerthClient } from './types.ts';

/** A refusal of gate's; of a body it says for each field what is wrong with it. */
export class GateError extends BerthError {
  readonly fields: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string | undefined,
    options: { retryAfterMs?: number; fields?: Record<string, string> },
  ) {
    super(code, message, options);
    this.fields = options.fields ?? {};
  }
}

type Body<M extends 'sendCode' | 'register' | 'resetPassword'> = Parameters<BerthClient[M]>[0];

/** Gate's HTTP interface. Calls reject with GateError, or with a BerthError `unavailable` when no answer comes in time. */
export class GateApi {
  readonly #gateUrl: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(options: {
    gateUrl: string;
    fetch: typeof globalThis.fetch;
    clock: Clock;
    timeoutMs: number;
  }) {
    this.#gateUrl = options.gateUrl.replace(/\/+$/, '');
    this.#fetch = options.fetch;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
  }

  platform(): Promise<PlatformAnswer> {
    return this.#call('GET', '/v1/platform', {});
  }

  sendCode(body: Body<'sendCode'>): Promise<{ resendAfterMs: number; expiresInMs: number }> {
    return this.#call('POST', '/v1/codes', { body });
  }

  previewInvite(invite: string): Promise<InvitePreview> {
    return this.#call('POST', '/v1/invites/preview', { body: { invite } });
  }

  previewGroup(link: string): Promise<GroupPreview> {
    return this.#call('POST', '/v1/group-links/preview', { body: { link } });
  }

  register(body: Body<'register'>): ReturnType<BerthClient['register']> {
    return this.#call('POST', '/v1/users', { body });
  }

  async resetPassword(body: Body<'resetPassword'>): Promise<void> {
    await this.#call('POST', '/v1/passwords', { body });
  }

  logIn(body: {
    email: string;
    password: string;
    device: { class: string; name?: string | undefined; platform?: string | undefined };
  }): Promise<SessionsAnswer> {
    return this.#call('POST', '/v1/sessions', { body });
  }

  async listSessions(token: string): Promise<SessionEntry[]> {
    const { sessions } = await this.#call<{ sessions: SessionEntry[] }>('GET', '/v1/sessions', { token });
    return sessions;
  }

  async endSession(token: string, id: string): Promise<void> {
    await this.#call('DELETE', `/v1/sessions/${encodeURIComponent(id)}`, { token });
  }

  /** A place on a chat node, on another one than those of `avoid`. */
  async placeBerth(token: string, avoid: string[]): Promise<Berth> {
    const { berth } = await this.#call<{ berth: Berth }>('POST', '/v1/berths', { token, body: { avoid } });
    return berth;
  }

  async #call<T>(
    method: string,
    path: string,
    { token, body }: { token?: string; body?: unknown },
  ): Promise<T> {
    const abort = new AbortController();
    const timer = this.#clock.setTimeout(() => abort.abort(), this.#timeoutMs);
    try {
      const fetch = this.#fetch;
      const response = await fetch(this.#gateUrl + path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: abort.signal,
      });
      const text = await response.text();
      if (!response.ok) throw errorOf(response, text);
      return (text === '' ? {} : JSON.parse(text)) as T;
    } catch (cause) {
      if (cause instanceof BerthError) throw cause;
      throw new BerthError('unavailable', 'The server cannot be reached.', { cause });
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}

function errorOf(response: Response, text: string): BerthError {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const headerMs = Number.isFinite(retryAfter) ? { retryAfterMs: retryAfter * 1_000 } : {};
  try {
    const { code, message, retryAfterMs, fields } = JSON.parse(text).error;
    if (code in errorTable) {
      const delay = retryAfterMs === undefined ? headerMs : { retryAfterMs };
      return new GateError(code, message, { ...delay, fields });
    }
  } catch {
    // Not gate's: a proxy before it.
  }
  return new GateError(codeOf(response.status), undefined, headerMs);
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return 'rate_limited';
  if (status === 413) return 'too_large';
  if (status === 404) return 'not_found';
  return status >= 500 ? 'unavailable' : 'bad_request';
}
