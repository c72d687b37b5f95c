import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@berth/stores';
import { encodeFrame, frameIds } from '@berth/wire';
import { FakeDns } from './fake-dns.ts';
import { FakeNode } from './fake-node.ts';
import { RawClient } from './raw-client.ts';

export const domain = 'berth-chat.berth.svc.cluster.local';

/** An address as cluster DNS and tickets spell it. */
export const nameOf = (address: string): string => address.replaceAll(/[.:]/g, '-').replace(/-$/, '-0');

export const hello = (token: unknown, more: object = {}): Uint8Array =>
  encodeFrame(frameIds.hello, { req: 1, ...more, token, device: { name: 'test' } });

export const ticketFor = (address: string): string => `${nameOf(address)}.eyJyIjoxfQ.c2lnbmF0dXJl`;

/** What an edge has around it: DNS, chat pods on addresses of their own, and gate. */
export class Surroundings {
  readonly dns = new FakeDns();
  readonly nodes: FakeNode[] = [];
  /** What came to gate. */
  readonly seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  /** Of an edge in the midst of it. */
  settings: Record<string, string> = {};
  #ports = { tcp: 0, webSocket: 0 };
  #gate = this.#createGate();

  static async start(addresses: string[]): Promise<Surroundings> {
    const around = new Surroundings();
    await around.dns.start();
    around.#ports = { tcp: await freePort(), webSocket: await freePort() };
    for (const address of addresses) around.nodes.push(await around.join(address));
    await around.startGate(0);
    around.settings = {
      EDGE_GATE: `127.0.0.1:${around.gatePort}`,
      EDGE_CHAT_DOMAIN: domain,
      EDGE_CHAT_TCP_PORT: String(around.#ports.tcp),
      EDGE_CHAT_WS_PORT: String(around.#ports.webSocket),
      EDGE_NAMESERVER: `127.0.0.1:${around.dns.port}`,
      EDGE_FIRST_FRAME_SECONDS: '1',
      // What it does to a connection is what a chat pod does.
      EDGE_FILES_TCP: `${addresses[0]}:${around.#ports.tcp}`,
    };
    return around;
  }

  get gatePort(): number {
    return (this.#gate.address() as AddressInfo).port;
  }

  async startGate(port: number): Promise<void> {
    this.#gate = this.#createGate();
    this.#gate.listen(port, '127.0.0.1');
    await once(this.#gate, 'listening');
  }

  async stopGate(): Promise<void> {
    const closed = once(this.#gate, 'close');
    this.#gate.close();
    this.#gate.closeAllConnections();
    await closed;
  }

  #createGate(): Server {
    return createServer((request, response) => {
      this.seen.push({ url: request.url!, headers: request.headers });
      response.end(`gate ${request.url}`);
    });
  }

  /** A chat pod that comes up and gets its name. */
  async join(address: string, name = nameOf(address)): Promise<FakeNode> {
    const node = await FakeNode.start(address, this.#ports);
    this.dns.set(`${name}.${domain}`, address);
    return node;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.stopGate();
    this.dns.close();
  }
}

/** Opens a WebSocket by hand, so that the test sees the very bytes. */
export async function openWebSocket(
  port: number,
  node: string,
  { before, headers = '', base = '' }: { before?: Buffer; headers?: string; base?: string } = {},
): Promise<{ client: RawClient; head: string }> {
  const client = await RawClient.open(port);
  if (before) client.send(before);
  client.send(
    `GET ${base}/n/${node} HTTP/1.1\r\nHost: chat.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://chat.example.com\r\n\r\n',
  );
  return { client, head: await client.receiveUntil('\r\n\r\n') };
}
