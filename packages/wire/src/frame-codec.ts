import { limits } from './limits.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();
/** Bytes that the pending buffer of a decoder has at first; it doubles as more of a frame arrives. */
const firstCapacity = 256;

/** A frame as it came off the wire: its id and the bytes of its body (a view, never written to again). */
export interface RawFrame {
  id: number;
  body: Uint8Array;
}

/**
 * Encodes a frame whole: u16 id, u16 length, JSON body. Throws RangeError over 65,535 bytes of body.
 * The bytes are the same over TCP and WebSocket, so one encoding serves every receiver.
 */
export const encodeFrame = (id: number, body: unknown): Uint8Array => encodeJson(id, JSON.stringify(body));

/** The same of a body that is JSON already. */
export function encodeJson(id: number, json: string): Uint8Array {
  const frame = shared(json) ?? alone(json);
  const length = frame.length - limits.headerBytes;
  if (length > limits.maxBodyBytes) throw new RangeError(`frame ${id}: body of ${length} bytes`);
  frame[0] = id >> 8;
  frame[1] = id & 0xff;
  frame[2] = length >> 8;
  frame[3] = length & 0xff;
  return frame;
}

/** Small frames share their memory: to allocate each its own takes longer than to encode it. */
const slabBytes = 16_384;
let slab = new Uint8Array(slabBytes);
let slabUsed = 0;

/** The bytes of a text behind room for a header; undefined when it is too long to share. */
function shared(json: string): Uint8Array | undefined {
  if (json.length > slabBytes / 16) return undefined;
  for (;;) {
    const start = slabUsed + limits.headerBytes;
    const { read, written } = encoder.encodeInto(json, slab.subarray(start));
    if (read === json.length) {
      const frame = slab.subarray(slabUsed, start + written);
      slabUsed = start + written;
      return frame;
    }
    slab = new Uint8Array(slabBytes);
    slabUsed = 0;
  }
}

function alone(json: string): Uint8Array {
  const bytes = encoder.encode(json);
  const frame = new Uint8Array(limits.headerBytes + bytes.length);
  frame.set(bytes, limits.headerBytes);
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
 * Cuts a byte stream into frames. Keeps one frame that is not whole yet and nothing else: in memory that grows with what
 * has really come, each byte copied a bounded number of times however small the pieces are. A body above `maxBodyBytes`
 * (which a server lowers until the client is known) throws FrameError from its header already.
 */
export class FrameDecoder {
  maxBodyBytes: number;
  #partial: Uint8Array | undefined;
  #filled = 0;

  constructor(maxBodyBytes: number = limits.maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  /** Bytes kept of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.#filled;
  }

  /** Takes what came and yields each frame that is whole; to be read to its end. Reentrant use is not allowed. */
  *push(chunk: Uint8Array): Generator<RawFrame, void> {
    let offset = 0;
    if (this.#filled > 0) {
      offset = this.#fill(chunk, 0, limits.headerBytes);
      if (this.#filled < limits.headerBytes) return;
      const total = limits.headerBytes + bodyLength(this.#partial!, 0, this.maxBodyBytes);
      offset = this.#fill(chunk, offset, total);
      if (this.#filled < total) return;
      const whole = this.#partial!;
      this.#partial = undefined;
      this.#filled = 0;
      yield { id: frameId(whole, 0), body: whole.subarray(limits.headerBytes, total) };
    }
    while (chunk.length - offset >= limits.headerBytes) {
      const start = offset + limits.headerBytes;
      const end = start + bodyLength(chunk, offset, this.maxBodyBytes);
      if (chunk.length < end) break;
      const id = frameId(chunk, offset);
      offset = end;
      yield { id, body: chunk.subarray(start, end) };
    }
    if (offset < chunk.length) this.#fill(chunk, offset, chunk.length - offset);
  }

  /** Copies from `chunk` until `total` bytes are kept or the chunk ends; answers with the offset after what it took. */
  #fill(chunk: Uint8Array, offset: number, total: number): number {
    const take = Math.min(chunk.length - offset, total - this.#filled);
    if (take <= 0) return offset;
    const needed = this.#filled + take;
    if (this.#partial === undefined || this.#partial.length < needed) {
      const grown = new Uint8Array(
        Math.max(needed, Math.min(2 * (this.#partial?.length ?? 0), total), firstCapacity),
      );
      if (this.#partial) grown.set(this.#partial.subarray(0, this.#filled));
      this.#partial = grown;
    }
    this.#partial.set(chunk.subarray(offset, offset + take), this.#filled);
    this.#filled = needed;
    return offset + take;
  }
}

/** The frames of a message that holds whole ones only. Throws FrameError when it does not. */
export function* framesOf(
  message: Uint8Array,
  maxBodyBytes: number = limits.maxBodyBytes,
): Generator<RawFrame, void> {
  let offset = 0;
  while (offset < message.length) {
    if (message.length - offset < limits.headerBytes) throw new FrameError('a message must end with a frame');
    const start = offset + limits.headerBytes;
    const end = start + bodyLength(message, offset, maxBodyBytes);
    if (message.length < end) throw new FrameError('a message must end with a frame');
    yield { id: frameId(message, offset), body: message.subarray(start, end) };
    offset = end;
  }
}

const frameId = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

function bodyLength(bytes: Uint8Array, at: number, maxBodyBytes: number): number {
  const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  if (length > maxBodyBytes)
    throw new FrameError(`frame ${frameId(bytes, at)}: ${length} bytes, at most ${maxBodyBytes}`);
  return length;
}
