import assert from 'node:assert/strict';
import dns from 'node:dns';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { sharedLookup, shareLookups } from './shared-lookups.ts';

test('a name that is being looked up is not looked up again, and all who ask get the answer', () => {
  const asked: { name: string; answer: (error: Error | null, address?: string) => void }[] = [];
  const lookup = sharedLookup((name, _options, answer) => asked.push({ name, answer }));
  const heard: unknown[] = [];
  const ask = (name: string, options = {}) =>
    lookup(name, options, (...answer) => heard.push([name, ...answer]));
  for (let count = 0; count < 20; count++) ask('dead.example');
  ask('well.example');
  ask('dead.example', { family: 6 });
  assert.deepEqual(
    asked.map(({ name }) => name),
    ['dead.example', 'well.example', 'dead.example'],
  );
  asked[1]!.answer(null, '192.0.2.1');
  assert.deepEqual(heard, [['well.example', null, '192.0.2.1']]);
  asked[0]!.answer(new Error('ENOTFOUND'));
  assert.equal(heard.length, 21);
  ask('dead.example');
  assert.equal(asked.length, 4, 'an answer is not kept');
});

test('once shared, the process’ own look-ups answer as before', async () => {
  shareLookups();
  const all = await dns.promises.lookup('localhost', { all: true });
  assert.ok(all.some(({ address }) => address === '127.0.0.1' || address === '::1'));
  assert.deepEqual(await dns.promises.lookup('localhost', 4), { address: '127.0.0.1', family: 4 });
  await assert.rejects(dns.promises.lookup('nobody.invalid'), { code: /ENOTFOUND|EAI_AGAIN/ });
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sockets = Array.from({ length: 5 }, () => connect({ host: 'localhost', port }));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.on('connect', resolve))));
  for (const socket of sockets) socket.destroy();
  server.close();
});
