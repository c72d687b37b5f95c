/** How frames are laid out on a transport: TCP carries them as they are, WebSocket in binary messages. */
export type Framing = 'stream' | 'messages';

/** Bytes of frames in one WebSocket message at most, unless a single frame is longer. */
const maxMessageBytes = 262_144;

/** What is written for `frames`, in one piece. A single frame for a stream is not copied. */
export function encodeBatch(frames: readonly Uint8Array[], framing: Framing): Uint8Array {
  if (framing === 'stream') return frames.length === 1 ? frames[0]! : joinFrames(frames);
  return joinMessages(frames);
}

/** Whether both hold the very same frames; then one batch serves both. */
export function isSameBatch(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function joinFrames(frames: readonly Uint8Array[]): Buffer {
  let bytes = 0;
  for (const frame of frames) bytes += frame.length;
  const batch = Buffer.allocUnsafe(bytes);
  let offset = 0;
  for (const frame of frames) {
    batch.set(frame, offset);
    offset += frame.length;
  }
  return batch;
}

/** Server to client: binary, final, unmasked (RFC 6455 §5.2), one message or, when it would be very long, several. */
function joinMessages(frames: readonly Uint8Array[]): Buffer {
  const lengths: number[] = [];
  let current = 0;
  let bytes = 0;
  for (const frame of frames) {
    if (current > 0 && current + frame.length > maxMessageBytes) {
      lengths.push(current);
      bytes += current + messageHeaderBytes(current);
      current = 0;
    }
    current += frame.length;
  }
  lengths.push(current);
  bytes += current + messageHeaderBytes(current);
  const batch = Buffer.allocUnsafe(bytes);
  let offset = 0;
  let next = 0;
  let left = 0;
  for (const frame of frames) {
    if (left === 0) {
      left = lengths[next++]!;
      offset = writeMessageHeader(batch, offset, left);
    }
    batch.set(frame, offset);
    offset += frame.length;
    left -= frame.length;
  }
  return batch;
}

const messageHeaderBytes = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

function writeMessageHeader(batch: Buffer, offset: number, length: number): number {
  batch[offset] = 0x82;
  if (length < 126) {
    batch[offset + 1] = length;
    return offset + 2;
  }
  if (length < 65_536) {
    batch[offset + 1] = 126;
    batch[offset + 2] = length >> 8;
    batch[offset + 3] = length & 0xff;
    return offset + 4;
  }
  batch[offset + 1] = 127;
  batch.writeUInt32BE(0, offset + 2);
  batch.writeUInt32BE(length, offset + 6);
  return offset + 10;
}
