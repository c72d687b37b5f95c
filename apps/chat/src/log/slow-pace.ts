import type { Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { readPaces, setPaces } from '../membership/pace-rows.ts';
import { isSlowed, type Standing } from '../membership/standing.ts';
import type { BatchMessage, OutgoingMessage } from './message-store.ts';

const paceKey = (conversation: number, user: number): string => `${conversation}:${user}`;

/** When those wrote last whom a group's slow mode holds back: of one batch, under the locks of its conversations. */
export class SlowPace {
  readonly #sentAt: Map<string, number>;
  readonly #taken = new Map<string, { conversation: number; user: number; sentAt: number }>();

  private constructor(sentAt: Map<string, number>) {
    this.#sentAt = sentAt;
  }

  /** Reads nothing where nobody is held back. */
  static async read(
    tx: Tx,
    batch: readonly BatchMessage[],
    standings: readonly Standing[],
  ): Promise<SlowPace> {
    const pairs = batch.flatMap(({ message: { conversation, sender: user } }, index) =>
      isSlowed(standings[index]!) ? [{ conversation, user }] : [],
    );
    const rows = pairs.length === 0 ? [] : await readPaces(tx, pairs);
    return new SlowPace(
      new Map(rows.map(({ conversation, user, sentAt }) => [paceKey(conversation, user), sentAt])),
    );
  }

  /** Why a message is too early; undefined: it is taken, and the next one of its sender counts from it. */
  refusal(
    { conversation, sender: user }: OutgoingMessage,
    standing: Standing,
    now: number,
  ): BerthError | undefined {
    if (!isSlowed(standing)) return undefined;
    const key = paceKey(conversation, user);
    const retryAfterMs = (this.#sentAt.get(key) ?? 0) + standing.slowMs! - now;
    if (retryAfterMs > 0) return new BerthError('slow_mode', undefined, { retryAfterMs });
    this.#sentAt.set(key, now);
    this.#taken.set(key, { conversation, user, sentAt: now });
    return undefined;
  }

  /** In the transaction that stores the messages. */
  async keep(tx: Tx): Promise<void> {
    if (this.#taken.size > 0) await setPaces(tx, [...this.#taken.values()]);
  }
}
