import { limits } from '@berth/wire';

/** First bytes of frames that may be followed by others, with nothing reserved: of binary messages, pings and pongs. */
const whole = 0x82;
const beginning = 0x02;
const middle = 0x00;
const last = 0x80;
const ping = 0x89;
const pong = 0x8a;

const maskBit = 0x80;
const maxControlBytes = 125;
const maxMessageBytes = limits.headerBytes + limits.maxBodyBytes;

/** Who is given what came on a WebSocket. */
export interface MessageReceiver {
  /** A binary message of one frame, its mask taken off. */
  whole(message: Buffer): void;
  /** The next bytes of everything else; with each other they are whole frames. */
  rest(bytes: Buffer): void;
}

/**
 * Takes the messages that clients really send out of the bytes of a WebSocket: binary, of one frame, and here as a whole. It takes
 * none that a general reader would not; everything else, whatever is wrong with it, is that one's.
 */
export class WholeMessages {
  readonly #receiver: MessageReceiver;
  /** Bytes to come of a frame whose beginning the general reader has. */
  #owed = 0;
  /** Within a message of several frames. */
  #isFragmented = false;
  /** Something came behind which there is nothing, or nothing good. */
  #isOver = false;
  /** Of a frame's header that has not come whole. */
  #head: Buffer | undefined;

  constructor(receiver: MessageReceiver) {
    this.#receiver = receiver;
  }

  /** `chunk` is written to. */
  read(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#head !== undefined) {
      bytes = Buffer.concat([this.#head, chunk]);
      this.#head = undefined;
    }
    let at = 0;
    if (this.#owed > 0) {
      at = Math.min(this.#owed, bytes.length);
      this.#owed -= at;
      this.#receiver.rest(bytes.subarray(0, at));
    }
    while (at < bytes.length) {
      const left = bytes.length - at;
      const headBytes = left < 2 ? 2 : headBytesOf(bytes[at + 1]!);
      if (left < headBytes) {
        // A copy, which does not keep all that came with it.
        this.#head = Buffer.from(bytes.subarray(at));
        return;
      }
      const first = bytes[at]!;
      const payloadBytes = payloadBytesOf(bytes, at);
      const end = at + headBytes + payloadBytes;
      const isMasked = (bytes[at + 1]! & maskBit) !== 0;
      this.#isOver ||= !isMasked || payloadBytes > maxMessageBytes || !this.#mayGoOn(first, payloadBytes);
      if (first === whole && end <= bytes.length && !this.#isOver) {
        const message = bytes.subarray(at + headBytes, end);
        unmask(message, bytes, at + headBytes - 4);
        this.#receiver.whole(message);
      } else {
        if (first === beginning) this.#isFragmented = true;
        else if (first === last) this.#isFragmented = false;
        this.#owed = Math.max(0, end - bytes.length);
        this.#receiver.rest(bytes.subarray(at, end));
      }
      at = end;
    }
  }

  /** Whether anything may follow a frame that begins so. */
  #mayGoOn(first: number, payloadBytes: number): boolean {
    switch (first) {
      case whole:
      case beginning:
        return !this.#isFragmented;
      case middle:
      case last:
        return this.#isFragmented;
      case ping:
      case pong:
        return payloadBytes <= maxControlBytes;
      default:
        return false;
    }
  }
}

/** Bytes of a frame before its payload, by its second byte. */
function headBytesOf(second: number): number {
  const length = second & ~maskBit;
  return 2 + (length < 126 ? 0 : length === 126 ? 2 : 8) + (second & maskBit ? 4 : 0);
}

function payloadBytesOf(bytes: Buffer, at: number): number {
  const length = bytes[at + 1]! & ~maskBit;
  if (length < 126) return length;
  if (length === 126) return bytes.readUInt16BE(at + 2);
  return bytes.readUInt32BE(at + 2) * 0x1_0000_0000 + bytes.readUInt32BE(at + 6);
}

function unmask(message: Buffer, bytes: Buffer, maskAt: number): void {
  const [a, b, c, d] = [bytes[maskAt]!, bytes[maskAt + 1]!, bytes[maskAt + 2]!, bytes[maskAt + 3]!];
  const { length } = message;
  const fours = length - (length % 4);
  for (let i = 0; i < fours; i += 4) {
    message[i]! ^= a;
    message[i + 1]! ^= b;
    message[i + 2]! ^= c;
    message[i + 3]! ^= d;
  }
  if (fours < length) message[fours]! ^= a;
  if (fours + 1 < length) message[fours + 1]! ^= b;
  if (fours + 2 < length) message[fours + 2]! ^= c;
}
