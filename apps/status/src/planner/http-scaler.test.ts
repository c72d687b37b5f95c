import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { HttpScaler } from './http-scaler.ts';

test('asks and tells whatever starts and stops the nodes, and hears its refusals', async (t) => {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(`${request.method} ${request.url} ${body} ${request.headers.authorization}`);
    const isLate = body.includes('"from":7');
    response.writeHead(isLate ? 409 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ scale: 3 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const scaler = new HttpScaler({ url, token: 'x' });
  assert.equal(await scaler.readScale(), 3);
  await scaler.writeScale(3, 4);
  await scaler.markFirstToGo('chat-2');
  assert.deepEqual(asked, [
    'GET /scale  Bearer x',
    'PUT /scale {"from":3,"to":4} Bearer x',
    'POST /first-to-go {"node":"chat-2"} Bearer x',
  ]);
  await assert.rejects(scaler.writeScale(7, 8), /PUT \/scale: 409/);
  server.close();
  server.closeAllConnections();
  await assert.rejects(scaler.readScale());
});
