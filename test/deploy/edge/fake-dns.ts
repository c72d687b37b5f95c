import { createSocket, type Socket } from 'node:dgram';
import { isIPv4, isIPv6 } from 'node:net';

/** A DNS server with the names it was given: answers A or AAAA, and NXDOMAIN for what it does not know. */
export class FakeDns {
  readonly #names = new Map<string, string>();
  readonly #socket: Socket = createSocket('udp4');
  /** Every name that was asked for. */
  readonly asked: string[] = [];

  get port(): number {
    return this.#socket.address().port;
  }

  set(name: string, address: string): void {
    this.#names.set(name, address);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }

  async start(): Promise<void> {
    this.#socket.on('message', (query, from) => {
      this.#socket.send(this.#answer(query), from.port, from.address);
    });
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#socket.close();
  }

  /** RFC 1035: the header, the question as it came, and one A record or none. */
  #answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let offset = 12;
    for (let length = query[offset]!; length !== 0; length = query[offset]!) {
      labels.push(query.toString('latin1', offset + 1, offset + 1 + length));
      offset += 1 + length;
    }
    const question = query.subarray(12, offset + 5);
    const name = labels.join('.').toLowerCase();
    this.asked.push(name);
    const address = this.#names.get(name);
    const isForIpv6 = query.readUInt16BE(offset + 1) === aaaa;
    const has = address !== undefined && isIPv6(address) === isForIpv6;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(has ? 1 : 0, 6);
    if (!has) return Buffer.concat([header, question]);
    const bytes = bytesOf(address);
    const record = Buffer.from([0xc0, 12, 0, isForIpv6 ? aaaa : 1, 0, 1, 0, 0, 0, 5, 0, bytes.length]);
    return Buffer.concat([header, question, record, bytes]);
  }
}

const aaaa = 28;

/** An address as it goes over the wire. */
export function bytesOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [before, after] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before!.length - (after?.length ?? 0) }, () => '0');
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...before!, ...(after ? [...zeros, ...after] : [])].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * index);
  return bytes;
}
