import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';

/** While there is something to repair, and while there is not. */
const pauseMs = { busy: 1_000, idle: 30_000 };
/** An account takes a transaction: at this pace a million take three hours, and nobody notices. */
const batch = 100;

/**
 * Lets those be found whose words lag behind their nicks: accounts of before there were words, and nicks that a node of
 * such a version changed. Several replicas do it side by side without harm.
 */
export class WordRepairer {
  readonly #repair: (limit: number) => Promise<number>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(repair: (limit: number) => Promise<number>, log: Log) {
    this.#repair = repair;
    this.#log = log;
  }

  start(): void {
    this.#next(pauseMs.busy);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  #next(inMs: number): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#run();
    }, jittered(inMs));
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    let repaired = 0;
    try {
      repaired = await this.#repair(batch);
    } catch (err) {
      this.#log.warn({ err }, 'the words that people are found by were not repaired');
    }
    if (this.#timer !== undefined) this.#next(repaired === batch ? pauseMs.busy : pauseMs.idle);
  }
}
