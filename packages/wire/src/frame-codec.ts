import { limits } from './limits.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** A frame as it came off the wire: its id and the bytes of its body (a view, valid until the next push). */
export interface RawFrame {
  id: number;
  body: Uint8Array;
}

/**
 * Encodes a frame whole: u16 id, u16 length, JSON body. Throws RangeError over 65,535 bytes of body.
 * The bytes are the same over TCP and WebSocket, so one encoding serves every receiver.
 */
export function encodeFrame(id: number, body: unknown): Uint8Array {
  const json = encoder.encode(JSON.stringify(body));
  if (json.length > limits.maxBodyBytes) throw new RangeError(`frame ${id}: body of ${json.length} bytes`);
  const frame = new Uint8Array(limits.headerBytes + json.length);
  frame[0] = id >> 8;
  frame[1] = id & 0xff;
  frame[2] = json.length >> 8;
  frame[3] = json.length & 0xff;
  frame.set(json, limits.headerBytes);
  return frame;
}

/** Parses a body. Throws SyntaxError on bad UTF-8 or bad JSON. */
export function decodeBody(body: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(body);
  } catch (cause) {
    throw new SyntaxError('not UTF-8', { cause });
  }
  return JSON.parse(text);
}

/** Why a decoder gave up; the connection can only be closed. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * Cuts a byte stream into frames. Keeps at most one frame's bytes: a body above `maxBodyBytes`
 * (which a server lowers until the client is known) throws FrameError from its header already.
 */
export class FrameDecoder {
  maxBodyBytes: number;
  #pending: Uint8Array | undefined;

  constructor(maxBodyBytes: number = limits.maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  /** Bytes kept of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.#pending?.length ?? 0;
  }

  /** Takes what came and yields each frame that is whole. Reentrant use is not allowed. */
  *push(chunk: Uint8Array): Generator<RawFrame, void> {
    let bytes = chunk;
    if (this.#pending !== undefined) {
      bytes = new Uint8Array(this.#pending.length + chunk.length);
      bytes.set(this.#pending);
      bytes.set(chunk, this.#pending.length);
      this.#pending = undefined;
    }
    let offset = 0;
    while (bytes.length - offset >= limits.headerBytes) {
      const id = (bytes[offset]! << 8) | bytes[offset + 1]!;
      const length = (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
      if (length > this.maxBodyBytes)
        throw new FrameError(`frame ${id}: ${length} bytes, at most ${this.maxBodyBytes}`);
      const end = offset + limits.headerBytes + length;
      if (bytes.length < end) break;
      const body = bytes.subarray(offset + limits.headerBytes, end);
      offset = end;
      yield { id, body };
    }
    if (offset < bytes.length) this.#pending = bytes.slice(offset);
  }
}
