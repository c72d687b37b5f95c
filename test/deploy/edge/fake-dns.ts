import { createSocket, type Socket } from 'node:dgram';

/** A DNS server with the names it was given: answers A, and NXDOMAIN for what it does not know. */
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
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(address === undefined ? 0 : 1, 6);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]);
    return address === undefined
      ? Buffer.concat([header, question])
      : Buffer.concat([header, question, record, Buffer.from(address.split('.').map(Number))]);
  }
}
