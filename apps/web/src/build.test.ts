import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { build, type Plugin } from 'vite';

async function buildInto(
  t: TestContext,
  plugins: Plugin[] = [],
): Promise<{ outDir: string; built: Promise<unknown> }> {
  const outDir = await mkdtemp(join(tmpdir(), 'berth-web-build-'));
  t.after(() => rm(outDir, { recursive: true, force: true }));
  const root = join(import.meta.dirname, '..');
  const built = build({ root, plugins, logLevel: 'silent', build: { outDir, emptyOutDir: true } });
  return { outDir, built };
}

test('a build has its compressed copies beside the files, and its service worker knows them', async (t) => {
  const { outDir, built } = await buildInto(t);
  await built;
  const worker = await readFile(join(outDir, 'sw.js'));
  const assets = (await readdir(join(outDir, 'assets'))).filter((name) => /\.(js|css)$/.test(name));
  assert.ok(assets.length > 0);
  for (const name of assets) assert.ok(worker.includes(`"assets/${name}"`), name);
  const named = (await readFile(join(outDir, 'index.html'), 'utf8')).match(/(?:src|href)="[^"]*"/g) ?? [];
  assert.ok(named.length >= 3);
  for (const each of named) assert.match(each, /="\.\//, 'relative, so that the build works below any path');
  const [pageCopy] = /assets\/page-[0-9a-f]{12}\.html/.exec(worker.toString())!;
  assert.deepEqual(await readFile(join(outDir, pageCopy)), await readFile(join(outDir, 'index.html')));
  assert.ok(brotliDecompressSync(await readFile(join(outDir, 'sw.js.br'))).equals(worker));
  assert.ok(gunzipSync(await readFile(join(outDir, 'sw.js.gz'))).equals(worker));
});

test('a build that fails says why, and compresses nothing', async (t) => {
  const faulty: Plugin = {
    name: 'faulty',
    transform: (_, id) => {
      if (id.endsWith('shell.tsx')) throw new Error('the shell is cracked');
      return undefined;
    },
  };
  const { outDir, built } = await buildInto(t, [faulty]);
  await assert.rejects(built, /the shell is cracked/);
  assert.deepEqual(
    (await readdir(outDir)).filter((name) => /\.(br|gz)$/.test(name)),
    [],
  );
});
