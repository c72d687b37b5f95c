import { encodeFrame, frameIds, type Pushes } from '@berth/wire';
import type { SessionIndex } from '../../session/session-index.ts';

/** Changes in one frame at most; the rest goes with the next. */
const perFrame = 500;

/** Gathers what users of this node are to hear of their friends: one frame per watcher and flush. */
export class Watchers {
  readonly #index: SessionIndex;
  readonly #changes = new Map<number, Map<number, boolean>>();
  readonly #maxWaiting: number;
  #waiting = 0;

  /** `maxWaiting`: of all watchers; what is beyond is right again with the next list of friends. */
  constructor(index: SessionIndex, maxWaiting = 200_000) {
    this.#index = index;
    this.#maxWaiting = maxWaiting;
  }

  get waiting(): number {
    return this.#waiting;
  }

  note(watcher: number, user: number, online: boolean): void {
    if (this.#index.sessionsOf(watcher).length === 0) return;
    const changes = this.#changes.get(watcher) ?? new Map<number, boolean>();
    if (!changes.has(user)) {
      if (this.#waiting >= this.#maxWaiting) return;
      this.#waiting++;
    }
    changes.set(user, online);
    this.#changes.set(watcher, changes);
  }

  flush(): void {
    for (const [watcher, changes] of this.#changes) {
      const some = [...changes].slice(0, perFrame);
      for (const [user] of some) changes.delete(user);
      this.#waiting -= some.length;
      if (changes.size === 0) this.#changes.delete(watcher);
      const body: Pushes['presence'] = { changes: some.map(([user, online]) => ({ user, online })) };
      const frame = encodeFrame(frameIds.presence, body);
      for (const session of this.#index.sessionsOf(watcher)) session.push(frame);
    }
  }
}
