import { backoffMs, DeadlineError, jittered, withDeadline } from '@berth/lifecycle';
import { BerthError } from '@berth/wire';
import { createTransport, type Transporter } from 'nodemailer';
import type { CodeMail } from './code-mail.ts';

export interface SmtpMailerOptions {
  /** smtp[s]://user:password@host:port */
  url: string;
  /** Whether a password may be sent without TLS. */
  plainPassword: boolean;
  from: string;
  connections: number;
  queue: number;
  /** Called with the outcome of each mail. */
  onOutcome?: (outcome: MailOutcome, error?: unknown) => void;
}

/**
 * `refused`: the server will never take it (5xx); `failed`: given up at the end of its life; `obsolete`: what it is about
 * was over before it could be sent.
 */
export type MailOutcome = 'sent' | 'refused' | 'failed' | 'obsolete';

export interface Mailing {
  /** Names what it is about: of two with one key the second only hastens the first, while that is under way. */
  key: string;
  to: string;
  mail: CodeMail;
  /** Tried for so long. */
  lifeMs: number;
  /** Asked before each further try. */
  isWanted: () => Promise<boolean>;
  onSent: () => Promise<void>;
  onFailure: (outcome: 'refused' | 'failed') => Promise<void>;
}

/** Connecting, the greeting, and silence in between. Milliseconds. */
const timeouts = {
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  socketTimeout: 10_000,
  dnsTimeout: 5_000,
};
const probeDeadlineMs = 8_000;
/** How long is believed what the server's last answer, or its silence, said. */
const probeMs = 10_000;
/** One try, waiting for a connection included. */
const tryMs = 60_000;
/** A server that says "come again" (greylisting, a full mailbox) means seconds to minutes. */
const retry = { baseMs: 1_000, maxMs: 60_000 };
const endsBeforeMs = 500;
/** For each mail that may wait for a connection so many may wait for their next try. */
const putOffFactor = 10;

/** Hands mails to one SMTP server: a few connections, a bounded queue, time-outs everywhere, jittered retries. */
export class SmtpMailer {
  readonly #transport: Transporter;
  readonly #options: SmtpMailerOptions;
  readonly #mailings = new Map<string, { done: Promise<void>; hasten: () => void }>();
  readonly #closing = new AbortController();
  #putOff = 0;
  #probe: Promise<void> | undefined;
  #probedAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;
  reachable = true;

  constructor(options: SmtpMailerOptions) {
    this.#options = options;
    this.#transport = createTransport({
      url: options.url,
      pool: true,
      maxConnections: options.connections,
      // A server that offers no TLS is one between us and it that wants the password, for all we know.
      requireTLS: hasPassword(options.url) && !options.plainPassword,
      ...timeouts,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Mails not yet handed over. */
  get pending(): number {
    return this.#mailings.size;
  }

  /**
   * Resolves when the server could be reached and there is room for one more mail; else BerthError `unavailable`. The server
   * is looked for once in 10 s at most, however many ask.
   */
  async ready(): Promise<void> {
    const { queue } = this.#options;
    if (this.#mailings.size - this.#putOff >= queue || this.#putOff >= putOffFactor * queue) {
      throw new BerthError('unavailable', 'Too many mails are waiting; try again soon.', {
        retryAfterMs: 2_000 + backoffMs(0, { baseMs: 3_000 }),
      });
    }
    const now = performance.now();
    const isKnown = now - this.#heardAt < probeMs || now - this.#probedAt < probeMs;
    if (!isKnown || this.#probe) {
      this.#probe ??= this.#verify().finally(() => {
        this.#probe = undefined;
      });
      await this.#probe;
    } else if (!this.reachable) throw away(this.#probedAt + probeMs - now);
  }

  /** Takes the mail and returns. */
  send(mailing: Mailing): void {
    const running = this.#mailings.get(mailing.key);
    if (running) {
      running.hasten();
      return;
    }
    const entry = { done: Promise.resolve(), hasten: () => {} };
    this.#mailings.set(mailing.key, entry);
    entry.done = this.#deliver(mailing, entry).finally(() => this.#mailings.delete(mailing.key));
  }

  /** Gives mails `graceMs` to leave, those that were put off one more try. */
  async close(graceMs = 5_000): Promise<void> {
    const mailings = [...this.#mailings.values()];
    const done = Promise.all(mailings.map((mailing) => mailing.done));
    for (const { hasten } of mailings) hasten();
    await withDeadline(done, graceMs, 'mails in flight').catch(() => {});
    this.#closing.abort();
    await done;
    this.#transport.close();
  }

  async #verify(): Promise<void> {
    this.#probedAt = performance.now();
    try {
      await withDeadline(this.#transport.verify(), probeDeadlineMs, 'the mail server');
      this.#heard();
    } catch (cause) {
      this.#missed();
      throw away(probeMs, cause);
    }
  }

  #missed(): void {
    this.reachable = false;
    this.#heardAt = Number.NEGATIVE_INFINITY;
    this.#probedAt = performance.now();
  }

  #heard(): void {
    this.reachable = true;
    this.#heardAt = performance.now();
  }

  async #deliver(mailing: Mailing, entry: { hasten: () => void }): Promise<void> {
    const { onOutcome = () => {} } = this.#options;
    // A little before what it is about ends by itself.
    const until = performance.now() + mailing.lifeMs - endsBeforeMs;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#hand(mailing);
        onOutcome('sent');
        await mailing.onSent().catch(() => {});
        return;
      } catch (error) {
        const isRefused = isPermanent(error);
        if (isRefused || performance.now() >= until || this.#closing.signal.aborted) {
          const outcome = isRefused ? 'refused' : 'failed';
          onOutcome(outcome, error);
          await mailing.onFailure(outcome);
          return;
        }
      }
      const pauseMs = Math.min(500 + backoffMs(attempt, retry), Math.max(0, until - performance.now()));
      await this.#pause(pauseMs, entry);
      if (performance.now() < until && !(await mailing.isWanted().catch(() => true))) {
        onOutcome('obsolete');
        return;
      }
    }
  }

  async #hand({ to, mail }: Mailing): Promise<void> {
    try {
      await this.#transport.sendMail({
        from: this.#options.from,
        to: { name: '', address: to },
        ...mail,
        headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(tryMs)]),
      });
      this.#heard();
    } catch (error) {
      // An answer is a sign of life, whatever it says; without one this was a look that failed.
      if (answerOf(error) !== undefined) this.#heard();
      else if (!this.#closing.signal.aborted) this.#missed();
      throw error;
    }
  }

  /** Until then, until the mail is asked for again, or until the end. */
  async #pause(ms: number, entry: { hasten: () => void }): Promise<void> {
    this.#putOff++;
    const { promise, resolve } = Promise.withResolvers<void>();
    entry.hasten = resolve;
    const { signal } = this.#closing;
    const timer = setTimeout(resolve, ms);
    const end = () => resolve();
    signal.addEventListener('abort', end);
    if (!signal.aborted) await promise;
    signal.removeEventListener('abort', end);
    clearTimeout(timer);
    entry.hasten = () => {};
    this.#putOff--;
  }
}

const hasPassword = (url: string): boolean => new URL(url).password !== '';

/** The server answered 5xx: the same mail will not be taken later either. */
const isPermanent = (error: unknown): boolean =>
  !(error instanceof DeadlineError) && (answerOf(error) ?? 0) >= 500;

/** The code of the server's answer, if there was one. */
const answerOf = (error: unknown): number | undefined =>
  error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : undefined;

const away = (inMs: number, cause?: unknown): BerthError =>
  new BerthError('unavailable', 'The mail server is away right now; try again soon.', {
    cause,
    retryAfterMs: Math.max(2_000, jittered(inMs)),
  });
