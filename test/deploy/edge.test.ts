import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { encodeFrame, frameIds } from '@berth/wire';
import fc from 'fast-check';
import { edgeConfig, haproxies, type RunningEdge, startEdge } from './edge/haproxy.ts';
import { RawClient } from './edge/raw-client.ts';
import { domain, hello, nameOf, openWebSocket, Surroundings, ticketFor } from './edge/surroundings.ts';

const addresses = ['127.0.0.2', '127.0.0.3'];

test('there is a HAProxy', { skip: haproxies.length === 0 && 'haproxy is not installed' }, () => {});

for (const { binary, version } of haproxies)
  describe(`the edge on HAProxy ${version}`, () => {
    let around: Surroundings;
    let edge: RunningEdge;

    before(async () => {
      around = await Surroundings.start(addresses);
      edge = await startEdge(binary, around.settings);
    });
    after(async () => {
      await edge?.stop();
      await around?.close();
    });

    test('brings the API and the web client to gate, and only its own word on who calls', async () => {
      const response = await fetch(`http://127.0.0.1:${edge.http}/v1/sessions?x=1`, {
        headers: {
          'X-Forwarded-For': '1.2.3.4',
          Forwarded: 'for=1.2.3.4',
          'X-Forwarded-Host': 'evil.example',
        },
      });
      assert.equal(await response.text(), 'gate /v1/sessions?x=1');
      const { headers } = around.seen.at(-1)!;
      assert.equal(headers['x-forwarded-for'], '127.0.0.1');
      assert.equal(headers['x-forwarded-proto'], 'https');
      assert.equal(headers.forwarded, undefined);
      assert.equal(headers['x-forwarded-host'], undefined);
    });

    test("lets nobody at operators' paths, however they are spelled", async () => {
      const before = around.seen.length;
      const spellings = [
        ...['/metrics', '/readyz', '/healthz', '/METRICS', '/metrics/', '/READYZ', '/Healthz/', '//metrics'],
        ...[
          '/metrics?x',
          '/%6detrics',
          '/metrics%2f',
          '/x/%2e%2e/metrics',
          '/metrics;x=1',
          '/.//readyz',
          '/x\\\\metrics',
        ],
        ...['/metrics%3fx', '/metrics#x', '/v1/../METRICS/'],
      ];
      for (const path of spellings) {
        const client = await RawClient.open(edge.http);
        client.send(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
        await client.closed;
        assert.match(client.received.toString(), /^HTTP\/1\.1 40[04] /, path);
      }
      const absolute = await RawClient.open(edge.http);
      absolute.send('GET http://h/Metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      await absolute.closed;
      assert.match(absolute.received.toString(), /^HTTP\/1\.1 404 /);
      assert.equal(around.seen.length, before);
      // What only looks like them is a page like any other.
      for (const path of ['/assets/metrics-1a2b.js', '/readyz.html', '/v1/x?y=/metrics'])
        assert.equal((await fetch(`http://127.0.0.1:${edge.http}${path}`)).status, 200, path);
    });

    test('a plain TCP connection outlives the time that others may be idle', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'berth-edge-'));
      const file = join(folder, 'haproxy.cfg');
      const text = await readFile(edgeConfig, 'utf8');
      await writeFile(file, text.replaceAll(/^( +timeout (?:client|server|tunnel)) 120s/gm, '$1 1s'));
      const impatient = await startEdge(binary, around.settings, file);
      try {
        const silent = await RawClient.open(impatient.tcp);
        const frame = hello(ticketFor(addresses[0]!));
        silent.send(frame);
        await silent.receive(frame.length);
        // One for files has not even said who it is.
        const listening = await RawClient.open(impatient.files);
        const { client: other } = await openWebSocket(impatient.http, nameOf(addresses[0]!));
        await other.closed;
        const bytes = Buffer.from('still here');
        silent.send(bytes);
        await silent.receive(frame.length + bytes.length);
        silent.close();
        listening.send(bytes);
        await listening.receive(bytes.length);
        assert.ok(around.nodes[0]!.arrivals.some(({ client }) => client === listening.address));
        listening.close();
      } finally {
        await impatient.stop();
        await rm(folder, { recursive: true });
      }
    });

    test('opens a WebSocket on the very node of the path and tells it who the client is', async () => {
      for (const [index, address] of addresses.entries()) {
        const { client, head } = await openWebSocket(edge.http, nameOf(address));
        assert.match(head, /^HTTP\/1\.1 101 /);
        assert.match(head, /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
        const arrival = around.nodes[index]!.arrivals.at(-1)!;
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

    test('below a base path it finds nodes there, and where a proxy has taken it away', async () => {
      const [address] = addresses;
      const based = await startEdge(binary, { ...around.settings, EDGE_BASE_PATH: '/chat' });
      try {
        for (const base of ['/chat', '']) {
          const { client, head } = await openWebSocket(based.http, nameOf(address!), { base });
          assert.match(head, /^HTTP\/1\.1 101 /, base);
          assert.equal(around.nodes[0]!.arrivals.at(-1)!.path, `${base}/n/${nameOf(address!)}`);
          client.close();
        }
        const asked = around.dns.asked.length;
        const ask = async (path: string) => (await fetch(`http://127.0.0.1:${based.http}${path}`)).text();
        for (const path of [`/other/n/${nameOf(address!)}`, `/chat/chat/n/${nameOf(address!)}`, '/chat/v1/x'])
          assert.equal(await ask(path), `gate ${path}`);
        for (const node of ['localhost', '1-2-3', ''])
          assert.match(await ask(`/chat/n/${node}`), /not_found/, node);
        assert.deepEqual(around.dns.asked.slice(asked), []);
        assert.match(await ask('/chat/metrics'), /not_found/);
      } finally {
        await based.stop();
      }
      const path = `/chat/n/${nameOf(address!)}`;
      assert.equal(await (await fetch(`http://127.0.0.1:${edge.http}${path}`)).text(), `gate ${path}`);
    });

    test('brings 15 KB of cookies of other applications to gate and to a node', async () => {
      const cookie = `sso=${'x'.repeat(15 * 1_024)}`;
      const response = await fetch(`http://127.0.0.1:${edge.http}/`, { headers: { cookie } });
      assert.equal(response.status, 200);
      const { client, head } = await openWebSocket(edge.http, nameOf(addresses[0]!), {
        headers: `Cookie: ${cookie}\r\n`,
      });
      assert.match(head, /^HTTP\/1\.1 101 /);
      client.close();
    });

    test('answers 404 for a node that is not there', async () => {
      const response = await fetch(`http://127.0.0.1:${edge.http}/n/10-9-8-7`);
      assert.equal(response.status, 404);
      assert.equal(((await response.json()) as { error: { code: string } }).error.code, 'not_found');
    });

    test('is no open proxy: what is no dashed address is never even looked up', async () => {
      const asked = around.dns.asked.length;
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
      assert.deepEqual(around.dns.asked.slice(asked), []);
    });

    test('answers 503 when the node has gone but is still in DNS', async () => {
      around.dns.set(`127-0-0-77.${domain}`, '127.0.0.77');
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
          assert.equal(around.nodes[index]!.arrivals.at(-1)!.client, client.address);
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
            assert.equal(around.nodes[addresses.indexOf(address)]!.arrivals.at(-1)!.client, client.address);
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
      const before = around.nodes.map((node) => node.arrivals.length);
      await Promise.all(
        wrong.map(async ([, bytes]) => {
          const client = await RawClient.open(edge.tcp);
          client.send(bytes);
          await client.closed;
          assert.equal(client.received.length, 0);
        }),
      );
      assert.deepEqual(
        around.nodes.map((node) => node.arrivals.length),
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
      const node = await around.join(address);
      const { client } = await eventually('the node is found', async () => {
        const opened = await openWebSocket(edge.http, nameOf(address));
        return /^HTTP\/1\.1 101 /.test(opened.head) ? opened : undefined;
      });
      client.close();
      await node.close();
      around.dns.delete(`${nameOf(address)}.${domain}`);
      await eventually(
        'the node is forgotten',
        async () => (await fetch(`http://127.0.0.1:${edge.http}/n/${nameOf(address)}`)).status === 404,
      );
    });

    test('tells operators how it is', async () => {
      assert.equal((await fetch(`http://127.0.0.1:${edge.ops}/healthz`)).status, 200);
      const metrics = await (await fetch(`http://127.0.0.1:${edge.ops}/metrics`)).text();
      assert.match(metrics, /haproxy_frontend_current_sessions\{proxy="tcp"\}/);
      assert.equal((await fetch(`http://127.0.0.1:${edge.ops}/other`)).status, 404);
    });

    test('when it is told to stop it takes nobody more, keeps its sessions for a while, then ends', async () => {
      const stopping = await startEdge(binary, { ...around.settings, EDGE_DRAIN_SECONDS: '4' });
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
