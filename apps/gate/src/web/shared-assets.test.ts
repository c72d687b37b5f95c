import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { createGate, type Gate } from '../app.ts';
import { parseGateConfig } from '../config.ts';
import { useGate } from '../fixtures/use-gate.ts';
import { SharedAssets } from './shared-assets.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-builds-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Not as gate itself would. */
const compressedByBuild = (script: string) =>
  brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

/** A build with a page and a script of its own, and one style that all builds share. */
function build(name: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), `<!doctype html><title>${name}</title>`);
  writeFileSync(join(root, 'assets/style-0a1b2c3d.css'), 'p { margin: 0 }');
  const script = `console.log(${JSON.stringify(name.repeat(500))});`;
  writeFileSync(join(root, `assets/index-${name}.js`), script);
  writeFileSync(join(root, `assets/index-${name}.js.br`), compressedByBuild(script));
  return root;
}

const gate = useGate({ WEB_ROOT: build('oldoldold') });

const readiness = ({ ports }: Gate) => fetch(`http://127.0.0.1:${ports.ops}/readyz`);

/** A second gate of another build, on the same stores. */
async function startOther(root: string) {
  const log = createLog('gate', 'debug', { write: () => {} });
  const other = createGate(parseGateConfig({ ...gate.environmentOf(), WEB_ROOT: root }), { log });
  await other.start();
  const url = `http://127.0.0.1:${other.ports.http}`;
  await eventually('the other gate is ready', async () => (await readiness(other)).ok);
  return { other, url };
}

test('a gate answers for the files of another build as for its own, whichever is the older', async (t) => {
  const { other, url } = await startOther(build('newnewnew'));
  t.after(() => other.close());
  for (const [at, name] of [
    [gate.url, 'newnewnew'],
    [url, 'oldoldold'],
    [url, 'newnewnew'],
  ]) {
    for (const encoding of ['br', 'identity']) {
      const answer = await fetch(`${at}/assets/index-${name}.js`, {
        headers: { 'accept-encoding': encoding },
      });
      assert.equal(answer.status, 200, `${name} from ${at}`);
      assert.match(answer.headers.get('content-type')!, /^text\/javascript/);
      assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable');
      assert.equal(answer.headers.get('content-encoding'), encoding === 'br' ? 'br' : null);
      assert.match(answer.headers.get('vary')!, /Accept-Encoding/i);
      assert.match(await answer.text(), new RegExp(`(${name}){500}`));
    }
    const head = await fetch(`${at}/assets/index-${name}.js`, { method: 'HEAD' });
    assert.equal(head.status, 200);
  }
  // Its own page, not the newest.
  assert.match(await (await fetch(gate.url)).text(), /oldoldold/);
});

test('what the build has compressed is shared as it is: nothing is compressed again', async (t) => {
  const root = build('packedpacked');
  const { other } = await startOther(root);
  t.after(() => other.close());
  const [answer] = await once(
    get(`${gate.url}/assets/index-packedpacked.js`, { headers: { 'accept-encoding': 'br' } }),
    'response',
  );
  assert.deepEqual(await buffer(answer), readFileSync(join(root, 'assets/index-packedpacked.js.br')));
});

test('a page that stays open finds its files when the last gate of its build has gone', async () => {
  const { other } = await startOther(build('gonegonegone'));
  await other.close();
  assert.equal((await fetch(`${gate.url}/assets/index-gonegonegone.js`)).status, 200);
});

test('a build whose files are not where every gate looks is served to nobody', async (t) => {
  await gate.mysqlRelay.cut();
  const log = createLog('gate', 'debug', { write: () => {} });
  const other = createGate(parseGateConfig({ ...gate.environmentOf(), WEB_ROOT: build('earlyearly') }), {
    log,
  });
  t.after(() => other.close());
  await other.start();
  const early = await readiness(other);
  assert.equal(early.status, 503);
  assert.match(await early.text(), /"web"/);
  await gate.mysqlRelay.start();
  await eventually('it is ready', async () => (await readiness(other)).ok, 30_000);
  assert.equal((await fetch(`${gate.url}/assets/index-earlyearly.js`)).status, 200);
});

test('names that no build has cost the store a look a second, however many; contents are read once', async () => {
  const looks = { names: 0, reads: 0 };
  const assets = new SharedAssets({
    names: async () => {
      looks.names++;
      return new Set(['some-12345678.js']);
    },
    read: async () => {
      looks.reads++;
      return Buffer.from('some');
    },
  });
  const unknown = Array.from({ length: 500 }, (_, index) => assets.find(`none-${index + 10_000_000}.js`));
  assert.deepEqual(new Set(await Promise.all(unknown)), new Set([undefined]));
  assert.equal(looks.names, 1);
  await Promise.all(Array.from({ length: 50 }, () => assets.find('some-12345678.js')));
  await assets.find('some-12345678.js');
  assert.deepEqual(looks, { names: 1, reads: 1 });
  assert.equal(await assets.find('../secret.txt'), undefined);
  assert.equal(looks.names, 1);
});

test('while the store is away a file of another build is to be asked for again, one’s own is there', async (t) => {
  await gate.mysqlRelay.cut();
  t.after(() => gate.mysqlRelay.start());
  const answer = await fetch(`${gate.url}/assets/other-1234567890.js`);
  assert.equal(answer.status, 503);
  assert.ok(answer.headers.get('retry-after'));
  assert.equal((await fetch(`${gate.url}/assets/index-oldoldold.js`)).status, 200);
});
