import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jittered } from '@berth/lifecycle';
import type { Mysql } from '@berth/mysql';
import { ERRORS, type Lock, type Locker, type RequestRelease } from '@tus/server';
import { keyOf } from '../stores/mysql-file-store.ts';

/** Whoever wants an upload waits so long for who has it. */
const waitMs = 15_000;
/** A process that is gone keeps its leases so long… */
const leaseMs = 8_000;
/** …and one that lives looks so often whether somebody else wants one. */
const renewMs = 1_500;
const retryMs = 250;

interface Holder {
  cancel: RequestRelease;
  released: Promise<void>;
  release(): void;
}

/**
 * One request at a time writes an upload: who comes later asks the one before to end, since that may be what is left of a
 * connection that broke. (The library's own lock spins while it waits.) With `leases` this holds across processes.
 */
export class UploadLocks implements Locker {
  readonly #leases: UploadLeases | undefined;
  readonly #holders = new Map<string, Holder>();

  constructor(leases: UploadLeases | undefined) {
    this.#leases = leases;
  }

  /** Uploads that are being written here, or looked at. */
  get held(): number {
    return this.#holders.size;
  }

  newLock(id: string): Lock {
    let held: Holder | undefined;
    let lease: { end(): Promise<void> } | undefined;
    return {
      lock: async (signal, cancel) => {
        const until = performance.now() + waitMs;
        held = await this.#take(id, signal, cancel, until);
        try {
          lease = await this.#leases?.take(id, signal, cancel, until);
        } catch (error) {
          this.#leave(id, held);
          throw error;
        }
      },
      unlock: async () => {
        if (held === undefined) return;
        await lease?.end();
        this.#leave(id, held);
        held = undefined;
      },
    };
  }

  async #take(id: string, signal: AbortSignal, cancel: RequestRelease, until: number): Promise<Holder> {
    for (;;) {
      const holder = this.#holders.get(id);
      if (holder === undefined) break;
      await holder.cancel();
      const late = sleep(Math.max(0, until - performance.now()), 'late', { signal, ref: false }).catch(
        () => 'late',
      );
      if ((await Promise.race([holder.released, late])) === 'late') throw ERRORS.ERR_LOCK_TIMEOUT;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const holder = { cancel, released: promise, release: resolve };
    this.#holders.set(id, holder);
    return holder;
  }

  #leave(id: string, holder: Holder): void {
    this.#holders.delete(id);
    holder.release();
  }
}

/** Leases in MySQL, for uploads that more than one process may be asked to write. */
export class UploadLeases {
  readonly #db: Mysql;

  constructor(db: Mysql) {
    this.#db = db;
  }

  async take(
    id: string,
    signal: AbortSignal,
    cancel: RequestRelease,
    until: number,
  ): Promise<{ end(): Promise<void> }> {
    const holder = randomBytes(16);
    while (!(await this.#tryTake(id, holder))) {
      if (signal.aborted || performance.now() > until) throw ERRORS.ERR_LOCK_TIMEOUT;
      await sleep(jittered(retryMs, 0.5));
    }
    const timer = setInterval(() => {
      this.#renew(id, holder).then(
        (isOurs) => isOurs || cancel(),
        () => cancel(),
      );
    }, renewMs);
    return {
      end: async () => {
        clearInterval(timer);
        await this.#db.run('DELETE FROM upload_locks WHERE file_id = ? AND holder = ?', [keyOf(id), holder]);
      },
    };
  }

  async #tryTake(id: string, holder: Buffer): Promise<boolean> {
    const now = Date.now();
    // One after the other, as MySQL assigns them: until_at decides and comes last.
    await this.#db.run(
      `INSERT INTO upload_locks (file_id, holder, until_at) VALUES (?, ?, ?)
       ON DUPLICATE KEY UPDATE holder = IF(until_at < ?, VALUES(holder), holder),
         wanted = IF(until_at < ?, 0, 1), until_at = IF(until_at < ?, VALUES(until_at), until_at)`,
      [keyOf(id), holder, now + leaseMs, now, now, now],
    );
    const [row] = await this.#db.rows<{ holder: Buffer }>(
      'SELECT holder FROM upload_locks WHERE file_id = ?',
      [keyOf(id)],
    );
    return row?.holder.equals(holder) ?? false;
  }

  /** False when somebody else has it, or wants it. */
  async #renew(id: string, holder: Buffer): Promise<boolean> {
    const { affectedRows } = await this.#db.run(
      'UPDATE upload_locks SET until_at = ? WHERE file_id = ? AND holder = ? AND wanted = 0',
      [Date.now() + leaseMs, keyOf(id), holder],
    );
    return affectedRows > 0;
  }
}
