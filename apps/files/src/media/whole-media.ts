import { type ReadPart, topBoxes } from './boxes.ts';

const inBoxes = new Set(['video/mp4', 'video/quicktime', 'audio/mp4', 'audio/x-m4a']);
const inEbml = new Set(['video/webm', 'audio/webm']);
const segmentId = Buffer.from([0x18, 0x53, 0x80, 0x67]);

/**
 * Whether a video or sound is all there, as far as its container says: one that was cut has no table of what is in it, or says that
 * it is longer than it is. What no container tells is taken for whole.
 */
export async function isWholeMedia(type: string, bytes: number, read: ReadPart): Promise<boolean> {
  try {
    if (inBoxes.has(type)) return (await topBoxes(read, bytes)).some((box) => box.type === 'moov');
    if (inEbml.has(type)) return isWholeSegment(await read(0, 4_096), bytes);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** One that was recorded live does not say how long it is. */
function isWholeSegment(head: Buffer, bytes: number): boolean {
  const at = head.indexOf(segmentId);
  if (at < 0) return true;
  const first = head[at + 4];
  if (first === undefined || first === 0) return true;
  const length = Math.clz32(first) - 23;
  const mask = 0xff >> length;
  let size = BigInt(first & mask);
  let isUnknown = (first & mask) === mask;
  for (let index = 1; index < length; index++) {
    const byte = head.readUInt8(at + 4 + index);
    size = (size << 8n) | BigInt(byte);
    isUnknown &&= byte === 0xff;
  }
  return isUnknown || BigInt(at + 4 + length) + size <= BigInt(bytes);
}
