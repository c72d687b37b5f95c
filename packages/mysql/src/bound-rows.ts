import type mysql from 'mysql2/promise';

/** How the values of a column go to the server. `text` may be empty, not absent; `u32?` may be absent. */
export type BoundType = 'u32' | 'u32?' | 'u64' | 'text';

/** Type codes of the protocol; the high bit of the second byte says unsigned. */
const codes: Record<BoundType, readonly [number, number]> = {
  u32: [0x03, 0x80],
  'u32?': [0x03, 0x80],
  u64: [0x08, 0x80],
  text: [0xfd, 0x00],
};

const parameterCountFollows = 8;
const stmtExecute = 0x17;
/** Header of a packet, command, statement, flags and the count of iterations. */
const fixedBytes = 14;

/** A packet of the driver, whole but for its header. */
interface Packet {
  buffer: Buffer;
  length(): number;
  writeHeader(sequence: number): void;
}

/** What the promises stand upon. */
interface CoreConnection {
  writePacket(packet: Packet): void;
}

/**
 * The parameters of one prepared statement with many rows of the same columns, written straight into the packet that goes to the
 * server. The driver's own way makes an object of each value and sends every number as a DOUBLE. One per connection: its
 * memory is used again, once the server has answered.
 */
export class BoundRows {
  readonly #types: readonly BoundType[];
  #buffer = Buffer.allocUnsafeSlow(16_384);
  #at = 0;
  #rows = 0;
  #bitmapAt = 0;
  #parameter = 0;

  constructor(types: readonly BoundType[]) {
    this.#types = types;
  }

  /** Begins anew, for so many rows. */
  begin(rows: number, statement: number, attributes: boolean): void {
    const count = rows * this.#types.length;
    this.#rows = rows;
    this.#parameter = 0;
    this.#at = 0;
    this.#reserve(fixedBytes + 9 + Math.ceil(count / 8) + 1 + 3 * count);
    const buffer = this.#buffer;
    let at = 4;
    buffer[at++] = stmtExecute;
    at = buffer.writeUInt32LE(statement, at);
    buffer[at++] = attributes ? parameterCountFollows : 0;
    at = buffer.writeUInt32LE(1, at);
    if (attributes) {
      if (count < 251) buffer[at++] = count;
      else {
        buffer[at++] = 0xfc;
        at = buffer.writeUInt16LE(count, at);
      }
    }
    this.#bitmapAt = at;
    at += Math.ceil(count / 8);
    buffer.fill(0, this.#bitmapAt, at);
    buffer[at++] = 1;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < this.#types.length; column++) {
        const code = codes[this.#types[column]!];
        buffer[at++] = code[0];
        buffer[at++] = code[1];
        // Each has a name, which is empty.
        if (attributes) buffer[at++] = 0;
      }
    this.#at = at;
  }

  u32(value: number): void {
    this.#reserve(4);
    const buffer = this.#buffer;
    const at = this.#at;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
    this.#at = at + 4;
    this.#parameter++;
  }

  absent(): void {
    this.#buffer[this.#bitmapAt + (this.#parameter >> 3)]! |= 1 << (this.#parameter & 7);
    this.#parameter++;
  }

  u64(value: number): void {
    this.u32(value % 0x1_0000_0000);
    this.u32(Math.floor(value / 0x1_0000_0000));
    this.#parameter--;
  }

  text(value: string): void {
    const most = 3 * value.length;
    this.#reserve(4 + most);
    const buffer = this.#buffer;
    if (most < 251) {
      const bytes = buffer.write(value, this.#at + 1);
      buffer[this.#at] = bytes;
      this.#at += 1 + bytes;
    } else {
      const bytes = buffer.write(value, this.#at + 4);
      buffer[this.#at] = 0xfd;
      buffer[this.#at + 1] = bytes;
      buffer[this.#at + 2] = bytes >>> 8;
      buffer[this.#at + 3] = bytes >>> 16;
      this.#at += 4 + bytes;
    }
    this.#parameter++;
  }

  /** The packet, with room for its header. */
  end(): Buffer {
    if (this.#parameter !== this.#rows * this.#types.length) throw new Error('rows and their values differ');
    return this.#buffer.subarray(0, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(2 * (this.#at + bytes));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}

/**
 * Runs a prepared statement whose parameters `write` gives, row by row. The connection must have nothing else to do. The driver
 * prepares it and makes a packet without parameters, which ours takes the place of.
 */
export async function executeBound(
  connection: mysql.PoolConnection,
  sql: string,
  bound: BoundRows,
  rows: number,
  write: (bound: BoundRows) => void,
): Promise<mysql.ResultSetHeader> {
  const core = connection.connection as unknown as CoreConnection;
  const { writePacket } = core;
  core.writePacket = (packet) => {
    if (packet.buffer[4] !== stmtExecute) return writePacket.call(core, packet);
    bound.begin(rows, packet.buffer.readUInt32LE(5), packet.buffer[9] === parameterCountFollows);
    write(bound);
    writePacket.call(core, packetOf(bound.end()));
  };
  try {
    const [result] = await connection.execute<mysql.ResultSetHeader>(sql);
    return result;
  } finally {
    core.writePacket = writePacket;
  }
}

const packetOf = (buffer: Buffer): Packet => ({
  buffer,
  length: () => buffer.length,
  writeHeader: (sequence) => {
    buffer.writeUIntLE(buffer.length - 4, 0, 3);
    buffer[3] = sequence;
  },
});
