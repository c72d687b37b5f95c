import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@berth/lifecycle';
import { LocalError } from './local-error.ts';
import { endedItself, type Part, type Run } from './part.ts';

/** Whoever is named first is stopped first, so that nobody loses a server before its clients are gone. */
const stopOrder = ['gate', 'chat', 'status', 'verify', 'files', 'mail', 'redis', 'mysql'];

const rank = (name: string): number => stopOrder.indexOf(name.replace(/-\d+$/, ''));

interface Kept {
  part: Part;
  /** Undefined while it is being started. */
  run: Run | undefined;
  /** Aborted when it is to run no longer. */
  end: AbortController;
  /** Resolves when nothing of it runs and nothing will. */
  over: Promise<unknown>;
}

/**
 * Keeps parts running: one that ends by itself is started again, at first at once and then with back-off, and `say` hears
 * of it. `died` rejects with a LocalError when one cannot live: it has ended `maxFailures` times (default 8) in a row
 * before it had run for `steadyMs` (default 30 s).
 */
export class Supervisor {
  readonly died: Promise<never>;
  readonly #kept = new Map<string, Kept>();
  readonly #options: { say(line: string): void; maxFailures: number; steadyMs: number; maxBackoffMs: number };
  #reportDeath!: (error: LocalError) => void;
  #stopping = false;

  constructor(options: {
    say(line: string): void;
    maxFailures?: number;
    steadyMs?: number;
    maxBackoffMs?: number;
  }) {
    this.#options = { maxFailures: 8, steadyMs: 30_000, maxBackoffMs: 10_000, ...options };
    this.died = new Promise((_, reject) => {
      this.#reportDeath = reject;
    });
    this.died.catch(() => {});
  }

  /** Of what runs at this moment. */
  get pids(): Map<string, number> {
    const running = [...this.#kept.values()].filter((kept) => kept.run !== undefined);
    return new Map(running.map(({ part, run }) => [part.name, run!.pid]));
  }

  get logFiles(): string[] {
    return [...this.#kept.values()].map(({ part }) => part.logFile);
  }

  /** Resolves when it is ready for the first time; rejects, and forgets it, when it does not get so far. */
  async add<R extends Run>(part: Part<R>): Promise<R> {
    if (this.#stopping) throw new LocalError(`${part.name} is not started: Berth is stopping`);
    const end = new AbortController();
    const first = part.launch(end.signal);
    const kept: Kept = { part, run: undefined, end, over: first.catch(() => {}) };
    this.#kept.set(part.name, kept);
    try {
      const run = await first;
      kept.run = run;
      kept.over = this.#keep(kept, run);
      return run;
    } catch (error) {
      this.#kept.delete(part.name);
      throw error;
    }
  }

  /** Stops one for good. */
  async remove(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (!kept) return;
    await this.#end(kept, (run) => run.stop());
    this.#kept.delete(name);
  }

  /** Stops all in order, those of one kind together; `onStop` hears of each before. */
  async stop(onStop: (name: string) => void): Promise<void> {
    this.#stopping = true;
    const ranks = [...new Set([...this.#kept.keys()].map(rank))].sort((a, b) => a - b);
    for (const current of ranks) {
      const ending = [...this.#kept.values()].filter(({ part }) => rank(part.name) === current);
      for (const { part } of ending) onStop(part.name);
      await Promise.all(ending.map((kept) => this.#end(kept, (run) => run.stop())));
    }
  }

  async kill(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#kept.values()].map((kept) => this.#end(kept, (run) => run.kill())));
  }

  async #end(kept: Kept, how: (run: Run) => Promise<void>): Promise<void> {
    kept.end.abort();
    if (kept.run) await how(kept.run);
    await kept.over;
  }

  async #keep(kept: Kept, first: Run): Promise<void> {
    const { part, end } = kept;
    let run = first;
    let failures = 0;
    for (;;) {
      const since = performance.now();
      const exit = await run.exited;
      kept.run = undefined;
      if (end.signal.aborted) return;
      if (performance.now() - since >= this.#options.steadyMs) failures = 0;
      const next = await this.#restart(
        part,
        end.signal,
        endedItself(part.name, part.logFile, run, exit),
        failures,
      );
      if (!next) return;
      failures = next.failures;
      run = next.run;
      kept.run = run;
      this.#options.say(`${part.name} runs again (process ${run.pid})`);
    }
  }

  /** Undefined when it is to run no longer, or cannot. */
  async #restart(
    part: Part,
    signal: AbortSignal,
    reason: LocalError,
    failures: number,
  ): Promise<{ run: Run; failures: number } | undefined> {
    const { say, maxFailures, maxBackoffMs } = this.#options;
    for (let error = reason; ; ) {
      if (++failures > maxFailures) {
        this.#reportDeath(new LocalError(`${error.message}, and again and again`, error.logLines));
        return undefined;
      }
      say(`${error.message}; starting it again`);
      await delay(backoffMs(failures - 1, { baseMs: 200, maxMs: maxBackoffMs }), undefined, { signal }).catch(
        () => {},
      );
      if (signal.aborted) return undefined;
      try {
        return { run: await part.launch(signal), failures };
      } catch (cause) {
        if (signal.aborted) return undefined;
        error =
          cause instanceof LocalError ? cause : new LocalError(`${part.name}: ${(cause as Error).message}`);
      }
    }
  }
}
