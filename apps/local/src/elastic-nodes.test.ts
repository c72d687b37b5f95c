import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { ElasticNodes } from './elastic-nodes.ts';

/** Nodes that come and go at a word. */
class Names {
  names = ['chat-1', 'chat-2'];
  isBroken = false;

  get count(): number {
    return this.names.length;
  }

  async add(): Promise<void> {
    if (!this.isBroken) this.names.push(`chat-${this.count + 1}`);
  }

  async remove(wanted?: string): Promise<void> {
    this.names = this.names.filter((name) => name !== (wanted ?? this.names.at(-1)));
  }
}

test('what the planner wants is done, the node that it names goes first, and its reasons are told once', async (t) => {
  const said: string[] = [];
  const elastic = new ElasticNodes({ token: 'x', scale: 2, say: (line) => said.push(line) });
  const decisions = [{ atMs: 1, why: 'for fun: 2 → 4' }];
  const status = createServer((request, response) => {
    assert.equal(request.headers.authorization, 'Bearer operator');
    response.end(JSON.stringify({ decisions }));
  }).listen(0, '127.0.0.1');
  await once(status, 'listening');
  const url = await elastic.listen();
  t.after(() => {
    elastic.close();
    status.close();
    status.closeAllConnections();
  });
  const ask = async (method: string, path: string, body?: object, token = 'x') => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return [response.status, (await response.json()).scale];
  };
  assert.deepEqual(await ask('GET', '/scale'), [200, 2]);
  assert.deepEqual(await ask('PUT', '/scale', { from: 2, to: 4 }), [409, 2], 'nothing runs yet');
  const nodes = new Names();
  elastic.start(nodes, `http://127.0.0.1:${(status.address() as AddressInfo).port}/`, 'operator');
  assert.deepEqual(await ask('PUT', '/scale', { from: 2, to: 4 }), [200, 4]);
  await eventually('there are four', () => nodes.count === 4);
  assert.deepEqual(await ask('PUT', '/scale', { from: 2, to: 5 }), [409, 4], 'somebody was faster');
  assert.deepEqual(await ask('PUT', '/scale', { from: 4, to: 5 }, 'wrong'), [401, undefined]);
  await ask('POST', '/first-to-go', { node: 'chat-2' });
  await ask('PUT', '/scale', { from: 4, to: 3 });
  await eventually('it has gone', () => nodes.count === 3);
  assert.deepEqual(nodes.names, ['chat-1', 'chat-3', 'chat-4']);
  nodes.isBroken = true;
  await ask('PUT', '/scale', { from: 3, to: 6 });
  await eventually('it is not asked for for ever', async () => (await ask('GET', '/scale'))[1] === 3);
  await eventually('the reason is told', () => said.length > 0);
  decisions.push({ atMs: 2, why: 'enough' });
  await eventually('and the next', () => said.length > 1);
  assert.deepEqual(said, ['planner: for fun: 2 → 4', 'planner: enough']);
});
