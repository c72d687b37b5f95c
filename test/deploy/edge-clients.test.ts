import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { localProxyHeader, proxyHeader } from './edge/fake-node.ts';
import { haproxies, type RunningEdge, startEdge } from './edge/haproxy.ts';
import { RawClient } from './edge/raw-client.ts';
import { hello, nameOf, openWebSocket, Surroundings, ticketFor } from './edge/surroundings.ts';

const addresses = ['127.0.0.2', '127.0.0.3'];
const ipv6Name = 'fd00-10-244--17';
const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

for (const { binary, version } of haproxies)
  describe(`who the client is, on HAProxy ${version}`, () => {
    let around: Surroundings;
    before(async () => {
      around = await Surroundings.start(addresses);
    });
    after(() => around?.close());

    describe('behind a load balancer that sends PROXY protocol v2', () => {
      let behind: RunningEdge;
      before(async () => {
        behind = await startEdge(binary, { ...around.settings, EDGE_PROXY_PROTOCOL: 'v2' });
      });
      after(() => behind?.stop());

      test('passes on the address that the load balancer names, to a node and to gate', async () => {
        const frame = hello(ticketFor(addresses[1]!));
        const tcp = await RawClient.open(behind.tcp);
        tcp.send(Buffer.concat([proxyHeader('203.0.113.9', 40_001), frame]));
        await tcp.receive(frame.length);
        assert.equal(around.nodes[1]!.arrivals.at(-1)!.client, '203.0.113.9:40001');
        tcp.close();

        const files = await RawClient.open(behind.files);
        files.send(Buffer.concat([proxyHeader('203.0.113.6', 40_004), frame]));
        await files.receive(frame.length);
        assert.equal(around.nodes[0]!.arrivals.at(-1)!.client, '203.0.113.6:40004');
        files.close();

        const { client, head } = await openWebSocket(behind.http, nameOf(addresses[0]!), {
          before: proxyHeader('203.0.113.8', 40_002),
        });
        assert.match(head, /^HTTP\/1\.1 101 /);
        assert.equal(around.nodes[0]!.arrivals.at(-1)!.client, '203.0.113.8:40002');
        client.close();

        const api = await RawClient.open(behind.http);
        api.send(proxyHeader('203.0.113.7', 40_003));
        api.send('GET /v1/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
        await api.closed;
        assert.match(api.received.toString(), /gate \/v1\/x/);
        assert.equal(around.seen.at(-1)!.headers['x-forwarded-for'], '203.0.113.7');
      });

      test('refuses a client that comes without it', async () => {
        const frame = hello(ticketFor(addresses[0]!));
        for (const port of [behind.tcp, behind.http, behind.files]) {
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
        assert.equal(around.nodes[0]!.arrivals.at(-1)!.client, client.address);
        client.close();
        assert.equal(await (await fetch(`http://127.0.0.1:${behind.innerHttp}/`)).text(), 'gate /');
      });

      test('answers a health check of the load balancer, which speaks for itself', async () => {
        const ask = async (header: Buffer): Promise<string> => {
          const client = await RawClient.open(behind.http);
          client.send(header);
          client.send('GET /v1/check HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
          await client.closed;
          return client.received.toString();
        };
        assert.match(await ask(localProxyHeader), /gate \/v1\/check/);
        // From 3.0 on HAProxy resets what comes with addresses that mean nothing: such a check asks the operators' port.
        const answer = await ask(proxyHeader('203.0.113.7', 40_004, { local: true }));
        if (Number.parseFloat(version) < 3) assert.match(answer, /gate \/v1\/check/);
        else assert.equal(answer, '');
        assert.equal((await fetch(`http://127.0.0.1:${behind.ops}/readyz`)).status, 200);
      });
    });

    describe('behind proxies of HTTP that are trusted', () => {
      let behind: RunningEdge;
      before(async () => {
        behind = await startEdge(binary, {
          ...around.settings,
          EDGE_PROXY_PROTOCOL: 'v2',
          EDGE_TRUSTED_PROXIES: '10.0.0.0/8 192.0.2.7 2001:db8:1::/48',
        });
      });
      after(() => behind?.stop());

      const headersOf = (forwarded: string[]) =>
        forwarded.map((value) => `X-Forwarded-For: ${value}\r\n`).join('');

      async function clientOf(nearest: string, forwarded: string[]): Promise<unknown> {
        const client = await RawClient.open(behind.http);
        client.send(proxyHeader(nearest, 40_000));
        client.send(`GET /v1/x HTTP/1.1\r\nHost: h\r\n${headersOf(forwarded)}Connection: close\r\n\r\n`);
        await client.closed;
        return around.seen.at(-1)!.headers['x-forwarded-for'];
      }

      test('takes their word on who the client is, in every spelling', async () => {
        const told: [string, string][] = [
          ['203.0.113.1', '203.0.113.1'],
          ['203.0.113.1:50123', '203.0.113.1'],
          ['2001:db8::7', '2001:db8::7'],
          ['[2001:db8::7]', '2001:db8::7'],
          ['[2001:db8::7]:50123', '2001:db8::7'],
          ['198.51.100.9, 203.0.113.1', '203.0.113.1'],
          // Of several proxies each names who came to it.
          ['203.0.113.1, 10.9.9.9', '203.0.113.1'],
          ['198.51.100.9, 203.0.113.1:80, [2001:db8:1::5]:443, 192.0.2.7', '203.0.113.1'],
        ];
        for (const [header, client] of told)
          assert.equal(await clientOf('10.1.2.3', [header]), client, header);
        assert.equal(await clientOf('10.1.2.3', ['198.51.100.9', '203.0.113.1']), '203.0.113.1');
      });

      test('takes nobody else’s, and no word that is no address', async () => {
        assert.equal(await clientOf('203.0.113.50', ['198.51.100.9']), '203.0.113.50');
        assert.equal(await clientOf('203.0.113.50', ['198.51.100.9, 10.1.1.1']), '203.0.113.50');
        for (const word of ['unknown', '', '_hidden', '1.2.3.4.5', '198.51.100.9, unknown'])
          assert.equal(await clientOf('10.1.2.3', [word]), '10.1.2.3', word);
        assert.equal(await clientOf('10.1.2.3', []), '10.1.2.3');
        // What stands before the first who is no proxy is hearsay.
        assert.equal(await clientOf('10.1.2.3', ['198.51.100.9, unknown, 10.4.4.4']), '10.4.4.4');
      });

      test('tells it to the node, too', async () => {
        const seenBy = async (forwarded: string): Promise<string> => {
          const { client, head } = await openWebSocket(behind.http, nameOf(addresses[0]!), {
            before: proxyHeader('10.1.2.3', 40_002),
            headers: headersOf([forwarded]),
          });
          assert.match(head, /^HTTP\/1\.1 101 /);
          client.close();
          return around.nodes[0]!.arrivals.at(-1)!.client.replace(/:\d+$/, '');
        };
        assert.equal(await seenBy('203.0.113.8'), '203.0.113.8');
        assert.equal(await seenBy('2001:db8::8'), '[2001:0db8:0000:0000:0000:0000:0000:0008]');
      });
    });

    describe('where pods have IPv6', { skip: !hasIpv6 && 'this machine has no IPv6' }, () => {
      let dual: RunningEdge;
      before(async () => {
        // The only such address that every machine has is no pod's: this one stands for fd00:10:244::17.
        around.nodes.push(await around.join('::1', ipv6Name));
        dual = await startEdge(binary, { ...around.settings, EDGE_IPV6_HOST: '[::1]' });
      });
      after(() => dual?.stop());

      test('listens for both kinds of addresses', async () => {
        for (const host of ['127.0.0.1', '[::1]'])
          assert.equal(await (await fetch(`http://${host}:${dual.http}/v1/x`)).text(), 'gate /v1/x');
      });

      test('brings a client to a node of either kind', async () => {
        for (const [index, name] of [...addresses.map(nameOf), ipv6Name].entries()) {
          const { client, head } = await openWebSocket(dual.http, name);
          assert.match(head, /^HTTP\/1\.1 101 /, name);
          client.close();
          const tcp = await RawClient.open(dual.tcp);
          const frame = hello(`${name}.payload.signature`);
          tcp.send(frame);
          await tcp.receive(frame.length);
          assert.match(around.nodes[index]!.arrivals.at(-1)!.client, /127\.0\.0\.1:\d+$|7f00:0001\]:\d+$/);
          tcp.close();
        }
      });
    });
  });
