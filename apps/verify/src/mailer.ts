import { backoffMs, DeadlineError, withDeadline } from '@berth/lifecycle';
import { BerthError } from '@berth/wire';
import { createTransport, type Transporter } from 'nodemailer';
import type { CodeMail } from './code-mail.ts';

export interface SmtpMailerOptions {
  /** smtp[s]://user:password@host:port */
  url: string;
  from: string;
  connections: number;
  queue: number;
  /** Called with the outcome of each mail. */
  onOutcome?: (outcome: MailOutcome, error?: unknown) => void;
}

/** `refused`: the server will never take it (5xx); `failed`: given up after the retries. */
export type MailOutcome = 'sent' | 'refused' | 'failed';

/** Connecting, the greeting, and silence in between. Milliseconds. */
const timeouts = {
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  socketTimeout: 10_000,
  dnsTimeout: 5_000,
};
const probeDeadlineMs = 8_000;
/** A mail is tried so often, and no longer than its life. */
const attempts = 3;
const mailLifeMs = 60_000;

/** Hands mails to one SMTP server: a few connections, a bounded queue, time-outs everywhere, jittered retries. */
export class SmtpMailer {
  readonly #transport: Transporter;
  readonly #options: SmtpMailerOptions;
  readonly #pending = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #probe: Promise<void> | undefined;
  reachable = true;

  constructor(options: SmtpMailerOptions) {
    this.#options = options;
    this.#transport = createTransport({
      url: options.url,
      pool: true,
      maxConnections: options.connections,
      ...timeouts,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Mails not yet handed over. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Resolves when the server can be reached and there is room for one more mail; else BerthError `unavailable`. One probe
   * serves all who ask while it runs.
   */
  async ready(): Promise<void> {
    if (this.#pending.size >= this.#options.queue) {
      throw new BerthError('unavailable', 'Too many mails are waiting; try again soon.', {
        retryAfterMs: 2_000 + backoffMs(0, { baseMs: 3_000 }),
      });
    }
    this.#probe ??= this.#verify().finally(() => {
      this.#probe = undefined;
    });
    await this.#probe;
  }

  /** Takes the mail and returns; `onFailure` is called when it was refused or given up. */
  send(to: string, mail: CodeMail, onFailure: (outcome: 'refused' | 'failed') => Promise<void>): void {
    const sending = this.#deliver(to, mail, onFailure).finally(() => this.#pending.delete(sending));
    this.#pending.add(sending);
  }

  /** Gives mails in flight `graceMs` to leave. */
  async close(graceMs = 5_000): Promise<void> {
    await withDeadline(Promise.all(this.#pending), graceMs, 'mails in flight').catch(() => {});
    this.#closing.abort();
    await Promise.all(this.#pending);
    this.#transport.close();
  }

  async #verify(): Promise<void> {
    try {
      await withDeadline(this.#transport.verify(), probeDeadlineMs, 'the mail server');
      this.reachable = true;
    } catch (cause) {
      this.reachable = false;
      throw new BerthError('unavailable', 'The mail server is away right now; try again soon.', {
        cause,
        retryAfterMs: 2_000 + backoffMs(0, { baseMs: 3_000 }),
      });
    }
  }

  async #deliver(
    to: string,
    mail: CodeMail,
    onFailure: (outcome: 'refused' | 'failed') => Promise<void>,
  ): Promise<void> {
    const until = performance.now() + mailLifeMs;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(mailLifeMs)]);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#transport.sendMail({
          from: this.#options.from,
          to: { name: '', address: to },
          ...mail,
          headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
          signal,
        });
        this.#options.onOutcome?.('sent');
        return;
      } catch (error) {
        const isRefused = isPermanent(error);
        const isLast = attempt >= attempts || performance.now() > until || signal.aborted;
        if (isRefused || isLast) {
          const outcome = isRefused ? 'refused' : 'failed';
          this.#options.onOutcome?.(outcome, error);
          await onFailure(outcome);
          return;
        }
      }
      await pause(300 + backoffMs(attempt, { baseMs: 500, maxMs: 5_000 }), signal);
    }
  }
}

/** The server answered 5xx: the same mail will not be taken later either. */
const isPermanent = (error: unknown): boolean =>
  !(error instanceof DeadlineError) &&
  error instanceof Error &&
  'responseCode' in error &&
  Number(error.responseCode) >= 500;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
