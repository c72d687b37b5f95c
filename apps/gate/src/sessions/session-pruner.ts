import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { MysqlSessionStore } from './session-store.ts';

const intervalMs = 3_600_000;
/** Small enough to hold no lock for long. */
const batch = 500;

/** Deletes expired sessions each hour, in batches; several replicas do it side by side without harm. */
export class SessionPruner {
  readonly #store: MysqlSessionStore;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: MysqlSessionStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#prune(), jittered(intervalMs));
    this.#timer.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #prune(): Promise<void> {
    try {
      while (this.#timer !== undefined && (await this.#store.prune(batch)) === batch);
    } catch (err) {
      this.#log.warn({ err }, 'expired sessions were not deleted');
    }
    if (this.#timer !== undefined) this.start();
  }
}
