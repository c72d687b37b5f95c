import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyValueStorage, MemoryStorage, WebStorage } from './storage.ts';

/** A page's storage area as far as it is used. */
class Area {
  readonly #items = new Map<string, string>();
  getItem = (key: string): string | null => this.#items.get(key) ?? null;
  setItem = (key: string, value: string): unknown => this.#items.set(key, value);
  removeItem = (key: string): unknown => this.#items.delete(key);
}

const storages: [string, () => KeyValueStorage][] = [
  ['memory', () => new MemoryStorage()],
  ['web storage', () => new WebStorage(new Area() as unknown as Storage)],
];

for (const [name, create] of storages) {
  test(`${name}: what was set is got until it is deleted`, async () => {
    const storage = create();
    assert.equal(await storage.get('key'), undefined);
    await storage.set('key', 'one');
    await storage.set('key', '');
    assert.equal(await storage.get('key'), '');
    await storage.delete('key');
    await storage.delete('key');
    assert.equal(await storage.get('key'), undefined);
  });
}
