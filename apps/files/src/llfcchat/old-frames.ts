/** u16 id, u32 length, both big endian. */
const headerBytes = 6;
/** Bytes of a body that a client may send: a chunk in base64 and what is said of it are some 44,100. */
const maxBodyBytes = 51_200;
const firstBytes = 1_024;

/** It says of itself that it is too long: what follows cannot be found. */
export class OldFrameError extends Error {
  override readonly name = 'OldFrameError';
  readonly id: number;

  constructor(id: number, message: string) {
    super(message);
    this.id = id;
  }
}

/** Cuts a stream into frames; keeps the one that is not whole yet, in memory that grows with what has come of it. */
export class OldFrameDecoder {
  #kept = Buffer.allocUnsafe(firstBytes);
  #filled = 0;

  /** Bytes of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.#filled;
  }

  /** Each frame that is whole; its body is good until the next one is asked for. Throws OldFrameError. */
  *push(chunk: Buffer): Generator<{ id: number; body: Buffer }, void> {
    for (let at = 0; ; ) {
      at = this.#take(chunk, at, headerBytes);
      if (this.#filled < headerBytes) return;
      const [id, length] = [this.#kept.readUInt16BE(0), this.#kept.readUInt32BE(2)];
      if (length > maxBodyBytes) throw new OldFrameError(id, `a body of ${length} bytes`);
      at = this.#take(chunk, at, headerBytes + length);
      if (this.#filled < headerBytes + length) return;
      this.#filled = 0;
      yield { id, body: this.#kept.subarray(headerBytes, headerBytes + length) };
      if (this.#kept.length > firstBytes && at === chunk.length) this.#kept = Buffer.allocUnsafe(firstBytes);
    }
  }

  #take(chunk: Buffer, at: number, upTo: number): number {
    const count = Math.min(upTo - this.#filled, chunk.length - at);
    if (count <= 0) return at;
    const needed = this.#filled + count;
    if (needed > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(2 * this.#kept.length, upTo)));
      this.#kept.copy(grown, 0, 0, this.#filled);
      this.#kept = grown;
    }
    chunk.copy(this.#kept, this.#filled, at, at + count);
    this.#filled = needed;
    return at + count;
  }
}

export function encodeOldFrame(id: number, body: object): Buffer {
  const json = Buffer.from(JSON.stringify(body));
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt16BE(id, 0);
  header.writeUInt32BE(json.length, 2);
  return Buffer.concat([header, json]);
}
