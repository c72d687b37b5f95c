import type { ErrorCode } from '@berth/wire';
import http, { type RefinedResponse } from 'k6/http';
import { metrics } from './metrics.ts';
import { elapse } from './time.ts';

export interface Person {
  id: number;
  email: string;
  password: string;
}

export interface Place {
  /** Of the WebSocket. */
  url: string;
  ticket: string;
}

const password = 'Harbour-light-9';
const requestTimeout = '30s';
/** A refusal that says when to come again is obeyed so often, and if that is not later than this. */
const maxTries = 20;
const maxWaitMs = { codes: 60_000, others: 10_000 };

export const gateUrl = (__ENV.BERTH_URL || 'http://127.0.0.1:8080').replace(/\/+$/, '');
export const mailUrl = __ENV.BERTH_MAIL_URL?.replace(/\/+$/, '') || undefined;

/** An answer of gate that is no success. */
class Refusal extends Error {
  readonly code: ErrorCode | string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Makes an account by the code that the mailbox has. */
export async function register(name: string): Promise<Person> {
  const email = `${name}@example.org`;
  const startedAt = Date.now();
  await post('/v1/codes', { email, purpose: 'register' });
  const code = await codeFor(email);
  const { user } = await post<{ user: { id: number } }>('/v1/users', { email, code, name, password });
  metrics.berth_register_ms.add(Date.now() - startedAt);
  return { id: user.id, email, password };
}

/** By password: the session's token, and a place. */
export async function logIn({ email, password }: Person): Promise<{ token: string; berth: Place }> {
  const startedAt = Date.now();
  const body = { email, password, device: { class: 'k6' } };
  const { session, berth } = await post<{ session: { token: string }; berth: Place }>('/v1/sessions', body);
  metrics.berth_login_ms.add(Date.now() - startedAt);
  return { token: session.token, berth };
}

/** By the session's token: another place. */
export const findBerth = async (token: string): Promise<Place> =>
  (await post<{ berth: Place }>('/v1/berths', {}, token)).berth;

async function post<Answer>(path: string, body: object, token?: string): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await http.asyncRequest('POST', `${gateUrl}${path}`, JSON.stringify(body), {
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      timeout: requestTimeout,
      tags: { name: path },
    });
    if (answer.status >= 200 && answer.status < 300) return answer.json() as unknown as Answer;
    const { code, message, retryAfterMs } = errorOf(answer);
    // To log in twice does no harm; to register twice is refused.
    const isUnheard = answer.status === 0 && path !== '/v1/users';
    // Many who register at a time have all the codes of a minute.
    const patienceMs = path === '/v1/codes' ? maxWaitMs.codes : maxWaitMs.others;
    const isLater = answer.status === 503 || (answer.status === 429 && (retryAfterMs ?? 0) <= patienceMs);
    const mayComeAgain = isLater || isUnheard;
    if (!mayComeAgain || tries >= maxTries) {
      const hint =
        code === 'rate_limited' && path === '/v1/codes'
          ? ' (raise CODES_PER_SOURCE_HOUR of verify, or use --accounts)'
          : code === 'rate_limited'
            ? ' (raise REQUESTS_PER_ADDRESS_MINUTE of gate)'
            : '';
      throw new Refusal(code, `POST ${path}: ${answer.status} ${message}${hint}`);
    }
    await elapse((retryAfterMs || 500) * (1 + Math.random() / 2));
  }
}

function errorOf(answer: RefinedResponse<'text'>): { code: string; message: string; retryAfterMs?: number } {
  try {
    const { error } = answer.json() as unknown as {
      error: { code: string; message: string; retryAfterMs?: number };
    };
    return { ...error };
  } catch {
    return { code: answer.error_code ? `k6-${answer.error_code}` : 'no-answer', message: answer.error };
  }
}

/** A mail takes a moment; the mailbox is that of a catcher (MailDev's interface). */
async function codeFor(email: string): Promise<string> {
  const page = `${mailUrl}/email?to.address=${encodeURIComponent(email)}`;
  for (let tries = 0; tries < 75; tries++) {
    const answer = await http.asyncRequest('GET', page, null, {
      timeout: requestTimeout,
      tags: { name: 'mailbox' },
    });
    const mails = answer.status === 200 ? (answer.json() as unknown as { text: string }[]) : [];
    const code = /\b\d{6}\b/.exec(mails[0]?.text ?? '')?.[0];
    if (code !== undefined) return code;
    await elapse(200);
  }
  throw new Refusal('no_mail', `no mail to ${email} came`);
}
