import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { haproxies, type RunningEdge, startEdge } from './edge/haproxy.ts';
import { RawClient } from './edge/raw-client.ts';
import { domain, hello, nameOf, openWebSocket, Surroundings, ticketFor } from './edge/surroundings.ts';

const address = '127.0.0.2';

for (const { binary, version } of haproxies)
  describe(`what names of nodes cost, on HAProxy ${version}`, () => {
    let around: Surroundings;
    let edge: RunningEdge;
    // Each test has its own, as what an address has done is remembered.
    before(async () => {
      around = await Surroundings.start([address]);
    });
    after(() => around?.close());
    const withEdge = async (use: () => Promise<void>): Promise<void> => {
      edge = await startEdge(binary, around.settings);
      try {
        await use();
      } finally {
        await edge.stop();
      }
    };
    const askFor = async (node: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${edge.http}/n/${node}`)).status;

    test('one that leads nowhere costs DNS four questions, and none while that is fresh', () =>
      withEdge(async () => {
        const before = around.dns.asked.length;
        assert.equal(await askFor('10-9-8-7'), 404);
        const asked = around.dns.asked.length - before;
        assert.ok(asked >= 1 && asked <= 4, `${asked} questions`);
        for (let count = 0; count < 5; count++) assert.equal(await askFor('10-9-8-7'), 404);
        const client = await RawClient.open(edge.tcp);
        client.send(hello(ticketFor('10.9.8.7')));
        await client.closed;
        assert.equal(around.dns.asked.length - before, asked);
      }));

    test('whoever makes names up is refused them soon, over both doors, and the nodes that there are never', () =>
      withEdge(async () => {
        const opened = await openWebSocket(edge.http, nameOf(address));
        assert.match(opened.head, / 101 /);
        opened.client.close();
        const before = new Set(around.dns.asked);
        for (let count = 0; count < 35; count++) assert.equal(await askFor(`10-1-1-${count}`), 404);
        for (let count = 0; count < 35; count++) {
          const client = await RawClient.open(edge.tcp);
          client.send(hello(ticketFor(`10.1.2.${count}`)));
          await client.closed;
        }
        const made = new Set(around.dns.asked.filter((name) => !before.has(name)));
        assert.ok(made.size >= 15 && made.size <= 30, `${made.size} names were looked up`);
        const again = await openWebSocket(edge.http, nameOf(address));
        assert.match(again.head, / 101 /);
        again.client.close();
        const frame = hello(ticketFor(address));
        const tcp = await RawClient.open(edge.tcp);
        tcp.send(frame);
        await tcp.receive(frame.length);
        tcp.close();
      }));

    test('a request that finds gate away waits a moment for it, over HTTP/1.1 and HTTP/2, and is told when it does not come', () =>
      withEdge(async () => {
        const { gatePort: port } = around;
        const ask = {
          http1: async (path: string) => (await fetch(`http://127.0.0.1:${edge.http}${path}`)).status,
          http2: async (path: string) => {
            const session = connect(`http://127.0.0.1:${edge.http}`);
            const request = session.request({ ':path': path }).resume();
            const [headers] = await once(request, 'response');
            await once(request, 'close');
            session.close();
            return headers[':status'];
          },
        };
        for (const [version, get] of Object.entries(ask)) {
          assert.equal(await get('/v1/there'), 200, version);
          await around.stopGate();
          assert.equal(await get('/v1/away'), 503, version);
          const waiting = get('/v1/soon');
          await around.startGate(port);
          assert.equal(await waiting, 200, version);
        }
      }));

    test('many who come for one node that has just gone have made up nothing', () =>
      withEdge(async () => {
        const gone = '127.0.0.9';
        await Promise.all(Array.from({ length: 200 }, () => askFor(nameOf(gone))));
        const node = await around.join('127.0.0.5');
        const { client, head } = await openWebSocket(edge.http, nameOf('127.0.0.5'));
        assert.match(head, / 101 /);
        client.close();
        await node.close();
        around.dns.delete(`${nameOf('127.0.0.5')}.${domain}`);
        await eventually(
          'the one that has gone is found when it is back',
          async () => {
            around.dns.set(`${nameOf(gone)}.${domain}`, address);
            const back = await openWebSocket(edge.http, nameOf(gone));
            back.client.close();
            return / 101 /.test(back.head);
          },
          15_000,
        );
      }));
  });
