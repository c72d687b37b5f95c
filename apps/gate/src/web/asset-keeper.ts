import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { backoffMs, jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import { assetsFolder, isContentName } from './asset-name.ts';
import type { MysqlAssetStore } from './asset-store.ts';

const compress = promisify(brotliCompress);

const intervalMs = 3_600_000;
/** So long an open page of a build finds its files after the last gate of that build has gone. */
const keptMs = 14 * 24 * 3_600_000;
/** What a statement takes with any server's defaults; a build of ours is a tenth of it. */
const maxBytes = 4 * 1024 * 1024;
const pruneBatch = 50;
/** gate is not ready before: at a first start it is to be soon after the schema is there. */
const retry = { baseMs: 200, maxMs: 1_000 };
/** Files that are read at a time: one after the other each would wait for its turn on a busy machine. */
const readBatch = 32;

/**
 * Brings the hashed files of this gate's own build into the store before it is asked for any page, and says each hour that
 * they are in use. So whatever gate a page came from, every other one can answer for its files: pages of two builds are
 * served side by side during a rollout, and a page that stays open asks for its parts after it.
 */
export class AssetKeeper {
  readonly #root: string;
  readonly #store: MysqlAssetStore;
  readonly #log: Log;
  #isKept = false;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(root: string, store: MysqlAssetStore, log: Log) {
    this.#root = root;
    this.#store = store;
    this.#log = log;
  }

  /** Whether the store has everything of this build. */
  get isKept(): boolean {
    return this.#isKept;
  }

  start(): void {
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    let nextMs = jittered(intervalMs);
    try {
      await this.#keep();
      this.#isKept = true;
      this.#attempts = 0;
      while (!this.#isClosed && (await this.#store.prune(Date.now() - keptMs, pruneBatch)) === pruneBatch);
    } catch (err) {
      this.#log.warn({ err }, 'the files of the web client are not in the store yet; gate tries again');
      nextMs = backoffMs(this.#attempts++, retry);
    }
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#run(), nextMs);
    this.#timer.unref();
  }

  async #keep(): Promise<void> {
    const folder = join(this.#root, assetsFolder);
    const files = new Set(await readdir(folder).catch(() => []));
    const own = [...files].filter(isContentName);
    const stored = await this.#store.names();
    const missing = own.filter((name) => !stored.has(name));
    let batch: { name: string; content: Buffer }[] = [];
    let bytes = 0;
    for (let start = 0; start < missing.length; start += readBatch) {
      const read = missing.slice(start, start + readBatch).map(async (name) => ({
        name,
        content: files.has(`${name}.br`)
          ? await readFile(join(folder, `${name}.br`))
          : await compress(await readFile(join(folder, name))),
      }));
      for (const { name, content } of await Promise.all(read)) {
        if (content.length > maxBytes) {
          this.#log.warn(
            { name, bytes: content.length },
            'a file of the web client is too large to be shared',
          );
          continue;
        }
        // Few statements: each waits for the disk.
        if (bytes + content.length > maxBytes) {
          await this.#store.add(batch);
          batch = [];
          bytes = 0;
        }
        batch.push({ name, content });
        bytes += content.length;
      }
    }
    if (batch.length > 0) await this.#store.add(batch);
    await this.#store.touch(own.filter((name) => stored.has(name)));
  }
}
