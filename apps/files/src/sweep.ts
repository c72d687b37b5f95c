import type { Mysql, MysqlConnection } from '@berth/mysql';
import type { Log } from '@berth/telemetry';
import type { FileProcessor } from './media/file-processor.ts';
import type { FileStorage } from './storage/file-storage.ts';
import type { MysqlFileStore, StoredFile } from './stores/mysql-file-store.ts';
import { processingMs } from './stores/mysql-file-store.ts';
import type { MysqlFileUses } from './stores/mysql-file-uses.ts';

export interface SweepOptions {
  db: Mysql;
  files: MysqlFileStore;
  uses: MysqlFileUses;
  storage: FileStorage;
  processor: FileProcessor;
  log: Log;
  everyMs: number;
  unattachedMs: number;
  onSwept(outcome: 'deleted' | 'kept' | 'failed'): void;
}

/** Files of one round at most. */
const batch = 200;
/** A claim of which nothing has come after this never will: a message is stored within seconds or not at all. */
const claimMs = 600_000;
/** A file that could not be dealt with waits so long. */
const againMs = 300_000;
const lockName = `CONCAT('berth-files-', LEFT(SHA2(DATABASE(), 256), 40))`;

/**
 * Deletes what nobody uses, one process at a time: first nobody can use it any more, then its bytes go, then it is forgotten. So
 * whatever a killed sweep leaves behind, the next one finds.
 */
export class Sweep {
  readonly #options: SweepOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> | undefined;
  #closed = false;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  start(): void {
    const { everyMs, log } = this.#options;
    const again = () => {
      this.#running = this.run()
        .catch((err: unknown) => log.warn({ err }, 'the sweep failed'))
        .finally(() => {
          if (!this.#closed) this.#timer = setTimeout(again, everyMs * (0.8 + 0.4 * Math.random())).unref();
        });
    };
    this.#timer = setTimeout(again, Math.min(everyMs, 5_000) * Math.random()).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** One round, unless another process is at it. Answers with the number of files looked at. */
  async run(): Promise<number> {
    const { db } = this.#options;
    const connection = await db.acquire();
    try {
      const [rows] = await connection.query(`SELECT GET_LOCK(${lockName}, 0) AS held`);
      if ((rows as { held: number }[])[0]?.held !== 1) return 0;
      return await this.#rounds();
    } finally {
      await release(connection);
    }
  }

  async #rounds(): Promise<number> {
    const { files, log, onSwept } = this.#options;
    for (let looked = 0; ; ) {
      const due = await files.due(Date.now(), batch);
      for (const file of due) {
        if (this.#closed) return looked;
        looked++;
        try {
          onSwept((await this.#sweep(file)) ? 'deleted' : 'kept');
        } catch (err) {
          onSwept('failed');
          log.warn({ err, file: file.id }, 'a file could not be swept');
          await files.lookAgain(file, Date.now() + againMs);
        }
      }
      if (due.length < batch) return looked;
    }
  }

  /** True when it is gone. */
  async #sweep(file: StoredFile): Promise<boolean> {
    const { files, storage, processor, unattachedMs } = this.#options;
    const now = Date.now();
    const isOld = now >= file.createdAt + unattachedMs;
    if (file.state === 'processing' && !isOld) {
      await files.lookAgain(file, now + processingMs);
      await processor.process(file.owner, file.id);
      return false;
    }
    if (file.state === 'ready' && (await this.#isWanted(file, now))) return false;
    // It was claimed a moment ago.
    if (!(await files.doom(file, now))) return false;
    await storage.remove(file.id);
    await files.forget(file.owner, file.id);
    return true;
  }

  async #isWanted(file: StoredFile, now: number): Promise<boolean> {
    const { files, uses, unattachedMs } = this.#options;
    const { isUsed, youngest, hadUses } = await uses.check(file.owner, file.id, now - claimMs);
    if (isUsed) return files.lookAgain(file, undefined);
    if (youngest !== undefined) return files.lookAgain(file, youngest + claimMs + 1_000);
    const until = file.createdAt + unattachedMs;
    // What was used and is no more goes at once; what never was has its day.
    return !hadUses && now < until ? files.lookAgain(file, until) : false;
  }
}

async function release(connection: MysqlConnection): Promise<void> {
  try {
    await connection.query(`DO RELEASE_LOCK(${lockName})`);
    connection.release();
  } catch {
    // Its end frees the lock.
    connection.destroy();
  }
}
