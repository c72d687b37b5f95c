import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { useGate } from '../fixtures/use-gate.ts';

const root = mkdtempSync(join(tmpdir(), 'berth-web-'));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'assets'));
writeFileSync(join(root, 'index.html'), '<!doctype html><title>Berth</title>');
writeFileSync(join(root, 'sw.js'), '// worker');
writeFileSync(join(root, 'assets/index-B1a2C3d4.js'), '// script');

const gate = useGate({ WEB_ROOT: root, BASE_PATH: '/chat/' });

const page = { accept: 'text/html,*/*;q=0.8' };
const visit = (path: string) => fetch(gate.url + path, { headers: page, redirect: 'manual' });

test('below its base path gate serves the client, the API and its pages', async () => {
  assert.match(await (await visit('/chat/')).text(), /<title>Berth/);
  for (const [path, type] of [
    ['/chat/sw.js', /^text\/javascript/],
    ['/chat/assets/index-B1a2C3d4.js', /^text\/javascript/],
    ['/chat/docs', /^text\/html/],
    ['/chat/docs/api-page.css', /^text\/css/],
    ['/chat/openapi.json', /^application\/json/],
    ['/chat/v1/platform', /^application\/json/],
  ] as const) {
    const response = await visit(path);
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get('content-type') ?? '', type);
    await response.arrayBuffer();
  }
  const { servers } = (await gate.ask('GET', '/chat/openapi.json')).body;
  assert.deepEqual(servers, [{ url: '/chat' }]);
});

test('a log-in below it is one, a page of another origin is refused, other methods are told which', async () => {
  const body = { email: 'nobody@example.org', password: 'not-the-password' };
  assert.equal((await gate.ask('POST', '/chat/v1/sessions', body)).body.error.code, 'bad_credentials');
  const foreign = { headers: { origin: 'https://evil.example' } };
  assert.equal((await gate.ask('POST', '/chat/v1/sessions', body, foreign)).status, 403);
  const wrong = await gate.ask('PUT', '/chat/v1/sessions', {});
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'POST, GET']);
});

test('what lacks the last slash, and every page of the client, leads to the one page that there is', async () => {
  for (const [path, to] of [
    ['/chat', '/chat/'],
    ['/chat?x=//evil.example', '/chat/?x=//evil.example'],
    ['/chat/settings', '/chat/'],
    ['/chat/chats/42', '/chat/'],
    ['/chat/chats/42/', '/chat/'],
    ['/chat//evil.example/x', '/chat/'],
    ['/chat/docs/', '/chat/docs'],
  ] as const) {
    const response = await visit(path);
    assert.equal(response.status, 302, path);
    const { pathname, search, host } = new URL(response.headers.get('location')!, gate.url + path);
    assert.equal(pathname + search, to, path);
    assert.equal(host, new URL(gate.url).host, path);
    await response.arrayBuffer();
  }
});

test('what the API page names is found from there', async () => {
  const text = await (await visit('/chat/docs')).text();
  const links = [...text.matchAll(/href="([^"#]+)"/g)].map(([, link]) => link!);
  assert.equal(links.length, 2);
  for (const link of links)
    assert.equal((await fetch(new URL(link, `${gate.url}/chat/docs`))).status, 200, link);
});

test('beside its base path there is nothing but the old dialect, which is at the root alone', async () => {
  for (const path of [
    '/',
    '/v1/platform',
    '/docs',
    '/openapi.json',
    '/sw.js',
    '/CHAT/',
    '/chatter/',
    '/chat.js',
  ])
    assert.equal((await visit(path)).status, 404, path);
  assert.equal((await gate.ask('GET', '/chat/v1/nothing')).body.error.code, 'not_found');
  assert.equal((await gate.ask('GET', '/chat/v1')).status, 404);
  const old = { user: 'nobody', email: 'nobody@example.org', passwd: gate.xorPassword('not-the-password') };
  assert.equal((await gate.askOld('/user_login', old)).status, 200);
  assert.equal((await gate.askOld('/chat/user_login', old)).status, 404);
});
