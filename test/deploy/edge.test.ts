import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { freePort } from '@berth/stores';
import { encodeFrame, frameIds } from '@berth/wire';
import fc from 'fast-check';
import { FakeDns } from './edge/fake-dns.ts';
import { FakeNode, proxyHeader } from './edge/fake-node.ts';
import { haproxyBinary, type RunningEdge, startEdge } from './edge/haproxy.ts';
import { RawClient } from './edge/raw-client.ts';

const domain = 'berth-chat.berth.svc.cluster.local';
const addresses = ['127.0.0.2', '127.0.0.3'];
const nameOf = (address: string) => address.replaceAll('.', '-');
const hello = (token: unknown, more: object = {}) =>
  encodeFrame(frameIds.hello, { req: 1, ...more, token, device: { name: 'test' } });
const ticketFor = (address: string) => `${nameOf(address)}.eyJyIjoxfQ.c2lnbmF0dXJl`;

describe('the edge', { skip: haproxyBinary === undefined ? 'haproxy is not installed' : false }, () => {
  const dns = new FakeDns();
  const nodes: FakeNode[] = [];
  const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  let gate: Server;
  let settings: Record<string, string>;
  let edge: RunningEdge;

  before(async () => {
    await dns.start();
    const ports = { tcp: await freePort(), webSocket: await freePort() };
    for (const address of addresses) {
      nodes.push(await FakeNode.start(address, ports));
      dns.set(`${nameOf(address)}.${domain}`, address);
    }
    gate = createServer((request, response) => {
      seen.push({ url: request.url!, headers: request.headers });
      response.end(`gate ${request.url}`);
    });
    gate.listen(0, '127.0.0.1');
    await once(gate, 'listening');
    settings = {
      EDGE_GATE: `127.0.0.1:${(gate.address() as AddressInfo).port}`,
      EDGE_CHAT_DOMAIN: domain,
      EDGE_CHAT_TCP_PORT: String(ports.tcp),
      EDGE_CHAT_WS_PORT: String(ports.webSocket),
      EDGE_NAMESERVER: `127.0.0.1:${dns.port}`,
      EDGE_FIRST_FRAME_SECONDS: '1',
    };
    edge = await startEdge(settings);
  });

  after(async () => {
    await edge?.stop();
    await Promise.all(nodes.map((node) => node.close()));
    gate.closeAllConnections();
    gate.close();
    dns.close();
  });

  /** Opens a WebSocket by hand, so that the test sees the very bytes. */
  async function openWebSocket(
    port: number,
    node: string,
    before: Buffer = Buffer.alloc(0),
  ): Promise<{ client: RawClient; head: string }> {
    const client = await RawClient.open(port);
    client.send(before);
    client.send(
      `GET /n/${node} HTTP/1.1\r\nHost: chat.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://chat.example.com\r\n\r\n',
    );
    return { client, head: await client.receiveUntil('\r\n\r\n') };
  }

  test('brings the API and the web client to gate, and only its own word on who calls', async () => {
    const response = await fetch(`http://127.0.0.1:${edge.http}/v1/sessions?x=1`, {
      headers: { 'X-Forwarded-For': '1.2.3.4', Forwarded: 'for=1.2.3.4', 'X-Forwarded-Host': 'evil.example' },
    });
    assert.equal(await response.text(), 'gate /v1/sessions?x=1');
    const { headers } = seen.at(-1)!;
    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(headers['x-forwarded-proto'], 'https');
    assert.equal(headers.forwarded, undefined);
    assert.equal(headers['x-forwarded-host'], undefined);
  });

  test("keeps the operators' paths of gate to itself", async () => {
    const before = seen.length;
    for (const path of ['/metrics', '/readyz', '/metrics?x']) {
      assert.equal((await fetch(`http://127.0.0.1:${edge.http}${path}`)).status, 404, path);
    }
    assert.equal(seen.length, before);
  });

  test('opens a WebSocket on the very node of the path and tells it who the client is', async () => {
    for (const [index, address] of addresses.entries()) {
      const { client, head } = await openWebSocket(edge.http, nameOf(address));
      assert.match(head, /^HTTP\/1\.1 101 /);
      assert.match(head, /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
      const arrival = nodes[index]!.arrivals.at(-1)!;
      assert.equal(arrival.client, client.address);
      assert.equal(arrival.path, `/n/${nameOf(address)}`);
      assert.equal(arrival.headers?.origin, 'https://chat.example.com');
      const bytes = Buffer.from('any bytes, both ways');
      client.send(bytes);
      await client.receive(head.length + bytes.length);
      assert.deepEqual(client.received.subarray(head.length), bytes);
      client.close();
    }
  });

  test('answers 404 for a node that is not there', async () => {
    const response = await fetch(`http://127.0.0.1:${edge.http}/n/10-9-8-7`);
    assert.equal(response.status, 404);
    assert.equal(((await response.json()) as { error: { code: string } }).error.code, 'not_found');
  });

  test('is no open proxy: what is no dashed address is never even looked up', async () => {
    const asked = dns.asked.length;
    for (const node of [
      'evil.example.com',
      '1.2.3.4',
      'localhost',
      'a',
      '10-9-8-7.evil',
      '1-2-3',
      '%31-2-3-4',
      '',
    ]) {
      assert.equal((await fetch(`http://127.0.0.1:${edge.http}/n/${node}`)).status, 404, node);
      const client = await RawClient.open(edge.tcp);
      client.send(hello(`${node.includes('.') ? node.split('.')[0] : node}x.payload.signature`));
      await client.closed;
    }
    assert.deepEqual(dns.asked.slice(asked), []);
  });

  test('answers 503 when the node has gone but is still in DNS', async () => {
    dns.set(`127-0-0-77.${domain}`, '127.0.0.77');
    const response = await fetch(`http://127.0.0.1:${edge.http}/n/127-0-0-77`);
    assert.equal(response.status, 503);
    assert.ok(((await response.json()) as { error: { retryAfterMs: number } }).error.retryAfterMs > 0);
    const client = await RawClient.open(edge.tcp);
    client.send(hello(ticketFor('127.0.0.77')));
    await client.closed;
  });

  test('finds the node of a TCP client by the ticket in its first frame, in both dialects', async () => {
    const frames = [
      (ticket: string) => hello(ticket),
      (ticket: string) => encodeFrame(1005, { uid: 7, token: ticket }),
      // A `token` further inside is not the one.
      (ticket: string) =>
        hello(ticket, { nested: { token: ticketFor('127.0.0.9') }, list: [{ token: 'x' }] }),
    ];
    for (const frame of frames) {
      for (const [index, address] of addresses.entries()) {
        const client = await RawClient.open(edge.tcp);
        const bytes = frame(ticketFor(address));
        client.send(bytes);
        assert.deepEqual(await client.receive(bytes.length), Buffer.from(bytes));
        assert.equal(nodes[index]!.arrivals.at(-1)!.client, client.address);
        client.close();
      }
    }
  });

  test('passes on every byte however the first frame is cut and whatever is pipelined after it', async () => {
    const next = encodeFrame(frameIds.resume, { req: 2, marks: [[1, 2]] });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...addresses),
        fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 6 }),
        fc.integer({ min: 0, max: 3 }),
        async (address, cuts, pipelined) => {
          const frames = [hello(ticketFor(address)), ...Array.from({ length: pipelined }, () => next)];
          const bytes = Buffer.concat(frames);
          const client = await RawClient.open(edge.tcp);
          await client.sendPieces(cut(bytes, cuts));
          assert.deepEqual(Buffer.from(await client.receive(bytes.length)), bytes);
          assert.equal(nodes[addresses.indexOf(address)]!.arrivals.at(-1)!.client, client.address);
          client.close();
        },
      ),
      { numRuns: 60 },
    );
    const client = await RawClient.open(edge.tcp);
    const bytes = Buffer.from(hello(ticketFor(addresses[0]!)));
    await client.sendPieces([...bytes].map((byte) => Buffer.of(byte)));
    assert.deepEqual(Buffer.from(await client.receive(bytes.length)), bytes);
    client.close();
  });

  test('closes a TCP client whose first frame leads nowhere', async () => {
    const tooLong = Buffer.alloc(4);
    tooLong.writeUInt16BE(frameIds.hello, 0);
    tooLong.writeUInt16BE(4_097, 2);
    const wrong: [string, Uint8Array][] = [
      ['a node that is not there', hello(ticketFor('10.9.8.7'))],
      ['no token', encodeFrame(frameIds.hello, { req: 1 })],
      ['a token that is no text', hello(17)],
      ['a token inside only', encodeFrame(frameIds.hello, { device: { token: ticketFor('127.0.0.2') } })],
      ['no JSON', Buffer.from([4, 25, 0, 3, 1, 2, 3])],
      ['an empty body', Buffer.from([4, 25, 0, 0])],
      ['a frame above 4 KiB, by its header already', tooLong],
      ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
      ['nothing within the time allowed', Buffer.alloc(0)],
      ['half a frame within the time allowed', hello(ticketFor('127.0.0.2')).subarray(0, 20)],
    ];
    const before = nodes.map((node) => node.arrivals.length);
    await Promise.all(
      wrong.map(async ([, bytes]) => {
        const client = await RawClient.open(edge.tcp);
        client.send(bytes);
        await client.closed;
        assert.equal(client.received.length, 0);
      }),
    );
    assert.deepEqual(
      nodes.map((node) => node.arrivals.length),
      before,
    );
  });

  test('takes a first frame of exactly 4 KiB', async () => {
    const empty = hello(ticketFor(addresses[0]!), { padding: '' });
    const bytes = hello(ticketFor(addresses[0]!), { padding: 'x'.repeat(4_100 - empty.length) });
    assert.equal(bytes.length, 4 + 4_096);
    const client = await RawClient.open(edge.tcp);
    client.send(bytes);
    assert.deepEqual(Buffer.from(await client.receive(bytes.length)), Buffer.from(bytes));
    client.close();
  });

  test('learns of nodes that come and go without being reloaded', async () => {
    const address = '127.0.0.4';
    const before = await RawClient.open(edge.tcp);
    before.send(hello(ticketFor(address)));
    await before.closed;
    const node = await FakeNode.start(address, {
      tcp: Number(settings.EDGE_CHAT_TCP_PORT),
      webSocket: Number(settings.EDGE_CHAT_WS_PORT),
    });
    dns.set(`${nameOf(address)}.${domain}`, address);
    const { client, head } = await openWebSocket(edge.http, nameOf(address));
    assert.match(head, /^HTTP\/1\.1 101 /);
    client.close();
    await node.close();
    dns.delete(`${nameOf(address)}.${domain}`);
    await eventually(
      'the node is forgotten',
      async () => (await fetch(`http://127.0.0.1:${edge.http}/n/${nameOf(address)}`)).status === 404,
      15_000,
    );
  });

  test('tells operators how it is', async () => {
    assert.equal((await fetch(`http://127.0.0.1:${edge.ops}/healthz`)).status, 200);
    const metrics = await (await fetch(`http://127.0.0.1:${edge.ops}/metrics`)).text();
    assert.match(metrics, /haproxy_frontend_current_sessions\{proxy="tcp"\}/);
    assert.equal((await fetch(`http://127.0.0.1:${edge.ops}/other`)).status, 404);
  });

  test('when it is told to stop it takes nobody more, keeps its sessions for a while, then ends', async () => {
    const stopping = await startEdge({ ...settings, EDGE_DRAIN_SECONDS: '2' });
    try {
      const client = await RawClient.open(stopping.tcp);
      const frame = hello(ticketFor(addresses[0]!));
      client.send(frame);
      await client.receive(frame.length);
      await eventually('new clients are refused', () => {
        // Again each time: a master that has just started may miss the first one.
        stopping.signal('SIGUSR1');
        return RawClient.open(stopping.tcp).then(
          (late) => late.close() as undefined,
          () => true,
        );
      });
      client.send('still here');
      await client.receive(frame.length + 'still here'.length);
      await client.closed;
      await stopping.exited;
    } finally {
      await stopping.stop();
    }
  });

  describe('behind a load balancer that sends PROXY protocol v2', () => {
    let behind: RunningEdge;
    before(async () => {
      behind = await startEdge({ ...settings, EDGE_PROXY_PROTOCOL: 'v2' });
    });
    after(() => behind?.stop());

    test('passes on the address that the load balancer names, to a node and to gate', async () => {
      const frame = hello(ticketFor(addresses[1]!));
      const tcp = await RawClient.open(behind.tcp);
      tcp.send(Buffer.concat([proxyHeader('203.0.113.9', 40_001), frame]));
      await tcp.receive(frame.length);
      assert.equal(nodes[1]!.arrivals.at(-1)!.client, '203.0.113.9:40001');
      tcp.close();

      const { client, head } = await openWebSocket(
        behind.http,
        nameOf(addresses[0]!),
        proxyHeader('203.0.113.8', 40_002),
      );
      assert.match(head, /^HTTP\/1\.1 101 /);
      assert.equal(nodes[0]!.arrivals.at(-1)!.client, '203.0.113.8:40002');
      client.close();

      const api = await RawClient.open(behind.http);
      api.send(proxyHeader('203.0.113.7', 40_003));
      api.send('GET /v1/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      await api.closed;
      assert.match(api.received.toString(), /gate \/v1\/x/);
      assert.equal(seen.at(-1)!.headers['x-forwarded-for'], '203.0.113.7');
    });

    test('refuses a client that comes without it', async () => {
      const frame = hello(ticketFor(addresses[0]!));
      for (const port of [behind.tcp, behind.http]) {
        const client = await RawClient.open(port);
        client.send(frame);
        await client.closed;
        assert.equal(client.received.length, 0);
      }
    });

    test('has inner ports for a check from inside the cluster, which comes without it', async () => {
      const frame = hello(ticketFor(addresses[0]!));
      const client = await RawClient.open(behind.innerTcp);
      client.send(frame);
      await client.receive(frame.length);
      assert.equal(nodes[0]!.arrivals.at(-1)!.client, client.address);
      client.close();
      assert.equal(await (await fetch(`http://127.0.0.1:${behind.innerHttp}/`)).text(), 'gate /');
    });
  });
});

function cut(bytes: Buffer, lengths: number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let offset = 0;
  for (const length of lengths) {
    if (offset + length >= bytes.length) break;
    pieces.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return [...pieces, bytes.subarray(offset)];
}
