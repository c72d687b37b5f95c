import type { Circuit } from '@berth/lifecycle';
import type { Mysql } from '@berth/mysql';
import { mysqlCall } from '../mysql-call.ts';

/** Names in one statement. */
const chunkSize = 100;

/**
 * The hashed files of the web client's builds in MySQL, compressed with Brotli, by their names below `assets/`. Errors:
 * BerthError `unavailable`.
 */
export class MysqlAssetStore {
  readonly #db: Mysql;
  readonly #circuit: Circuit;

  constructor(db: Mysql, circuit: Circuit) {
    this.#db = db;
    this.#circuit = circuit;
  }

  async names(): Promise<Set<string>> {
    const rows = await mysqlCall(this.#circuit, () =>
      this.#db.rows<{ name: Buffer }>('SELECT name FROM web_assets'),
    );
    return new Set(rows.map(({ name }) => name.toString()));
  }

  async read(name: string): Promise<Buffer | undefined> {
    const [row] = await mysqlCall(this.#circuit, () =>
      this.#db.rows<{ content: Buffer }>('SELECT content FROM web_assets WHERE name = ?', [
        Buffer.from(name),
      ]),
    );
    return row?.content;
  }

  /** In one statement. What is there already stays: the name says what is in it. */
  async add(assets: readonly { name: string; content: Buffer }[]): Promise<void> {
    const rows = assets.map(() => '(?, ?, ?)').join(', ');
    await mysqlCall(this.#circuit, () =>
      this.#db.run(
        `INSERT INTO web_assets (name, content, seen_at) VALUES ${rows} ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at)`,
        assets.flatMap(({ name, content }) => [Buffer.from(name), content, Date.now()]),
      ),
    );
  }

  /** Says that a gate that has these is running. */
  async touch(names: readonly string[]): Promise<void> {
    for (let start = 0; start < names.length; start += chunkSize) {
      const chunk = names.slice(start, start + chunkSize);
      await mysqlCall(this.#circuit, () =>
        this.#db.run(`UPDATE web_assets SET seen_at = ? WHERE name IN (${chunk.map(() => '?').join(', ')})`, [
          Date.now(),
          ...chunk.map((name) => Buffer.from(name)),
        ]),
      );
    }
  }

  /** Deletes at most `limit` that no running gate has had since `before`; answers how many. */
  async prune(before: number, limit: number): Promise<number> {
    const { affectedRows } = await mysqlCall(this.#circuit, () =>
      this.#db.run(`DELETE FROM web_assets WHERE seen_at < ? ORDER BY seen_at LIMIT ${Math.floor(limit)}`, [
        before,
      ]),
    );
    return affectedRows;
  }
}
