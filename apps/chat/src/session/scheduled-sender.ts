import { setTimeout as delay } from 'node:timers/promises';
import { type BerthError, errorTable, toBerthError } from '@berth/wire';
import type { Context, Session } from '../context.ts';
import type { DueMessage } from '../conversations/mysql-scheduled.ts';
import { tellScheduled } from '../events/schedules.ts';
import { send } from '../handlers/send.ts';

/** Between two looks for what is due, jittered. */
const everyMs = 1_000;
/** Of one look; what is left is taken by the next, at once, or by another node. */
const perLook = 64;
/** One that was taken and not sent, since its node has died, is another node's then. */
const leaseMs = 15_000;
/** What could not be sent for a passing reason is tried again after this. */
const againMs = 5_000;

export interface ScheduledSenderOptions {
  context: Context;
  /** Default: as above. */
  everyMs?: number;
  leaseMs?: number;
}

/**
 * Sends what was to be sent later. Every node looks for it: one takes each. Whoever takes it after another has died may find it
 * stored, by its cid, and stores nothing.
 */
export class ScheduledSender {
  readonly #context: Context;
  readonly #everyMs: number;
  readonly #leaseMs: number;
  readonly #closing = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: ScheduledSenderOptions) {
    this.#context = options.context;
    this.#everyMs = options.everyMs ?? everyMs;
    this.#leaseMs = options.leaseMs ?? leaseMs;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** What was taken is sent before this resolves. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      // What cannot be read or written now is looked at again: MySQL is away.
      const isAll = await this.#look().catch((error: unknown) => {
        this.#context.log.debug({ err: error }, 'what is to be sent later cannot be read');
        return true;
      });
      if (!isAll) continue;
      await delay(this.#everyMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  /** False when there is more. */
  async #look(): Promise<boolean> {
    const { stores } = this.#context;
    const { taken, isAll } = await stores.scheduled.take(this.#leaseMs, perLook);
    const lanes = Map.groupBy(taken, ({ user, conversation }) => `${user} ${conversation}`);
    await Promise.all(
      [...lanes.values()].map(async (lane) => {
        for (const one of lane) await this.#send(one);
      }),
    );
    return isAll;
  }

  async #send(due: DueMessage): Promise<void> {
    const { stores, log } = this.#context;
    const { user, conversation, cid, text, replyTo, mentions } = due;
    try {
      const profile = await stores.profiles.get(user);
      const body = {
        req: 0,
        conversation,
        cid,
        text,
        resent: true,
        ...(replyTo !== undefined && { replyTo }),
        ...(mentions && { mentions }),
      };
      await send(this.#context, senderOf(user, profile), body);
    } catch (thrown) {
      const error = toBerthError(thrown);
      if (error.code === 'internal') log.error({ err: thrown }, 'what was to be sent later was not');
      await this.#postpone(due, error);
      return;
    }
    await stores.scheduled.sent(due);
    tellScheduled(this.#context, user, due, undefined);
  }

  /** Whether it is stored is not known after a deadline: it stays taken, and is looked at again. */
  async #postpone(due: DueMessage, { code, retryAfterMs = againMs }: BerthError): Promise<void> {
    const { stores } = this.#context;
    const { user, ...scheduled } = due;
    if (code === 'deadline' || code === 'internal') return;
    // One who is muted is to know it now.
    const passes = errorTable[code].retry && code !== 'muted';
    await stores.scheduled.postpone(due, passes ? retryAfterMs : code);
    if (!passes) tellScheduled(this.#context, user, due, { ...scheduled, failed: code });
  }
}

/** Nobody is connected as this: all of the user's sessions hear of what is sent. */
const senderOf = (user: number, profile: Session['profile']): Session => ({
  id: '',
  ...{ user, profile, deviceClass: '', generation: 0 },
  ...{ entries: true, files: true, changes: true, echo: true },
  push() {},
  close() {},
});
