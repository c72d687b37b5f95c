import { encodeFrame, frameIds, type Pushes } from '@berth/wire';
import type { SessionIndex } from '../../session/session-index.ts';

/** Changes in one frame at most; the rest goes with the next. */
const perFrame = 500;

/** Gathers what users of this node are to hear of their friends: one frame per watcher and flush. */
export class Watchers {
  readonly #index: SessionIndex;
  readonly #changes = new Map<number, Map<number, boolean>>();

  constructor(index: SessionIndex) {
    this.#index = index;
  }

  note(watcher: number, user: number, online: boolean): void {
    if (this.#index.sessionsOf(watcher).length === 0) return;
    let changes = this.#changes.get(watcher);
    if (changes === undefined) {
      changes = new Map();
      this.#changes.set(watcher, changes);
    }
    changes.set(user, online);
  }

  flush(): void {
    for (const [watcher, changes] of this.#changes) {
      const some = [...changes].slice(0, perFrame);
      for (const [user] of some) changes.delete(user);
      if (changes.size === 0) this.#changes.delete(watcher);
      const body: Pushes['presence'] = { changes: some.map(([user, online]) => ({ user, online })) };
      const frame = encodeFrame(frameIds.presence, body);
      for (const session of this.#index.sessionsOf(watcher)) session.push(frame);
    }
  }
}
