import { PeerBatch, PeerEntry, PeerServiceService } from '@berth/contracts/chat';

/** An entry encoded once, however many nodes it goes to. */
export interface EncodedEntry {
  bytes: Uint8Array;
  /** Lost with it is the push of this conversation's messages; undefined when more than that would be lost. */
  conversation: number | undefined;
}

type Entry = NonNullable<PeerEntry['entry']>;

/** `entries` of PeerBatch: field 1, length-delimited. */
const entriesTag = 0x0a;

export function encodeEntry(entry: Entry, conversation?: number): EncodedEntry {
  return { bytes: PeerEntry.encode({ entry }).finish(), conversation };
}

/** A PeerBatch of entries that are encoded already. */
export function encodeBatch(entries: readonly EncodedEntry[]): Buffer {
  let length = 0;
  for (const { bytes } of entries) length += 1 + varintBytes(bytes.length) + bytes.length;
  const batch = Buffer.allocUnsafe(length);
  let offset = 0;
  for (const { bytes } of entries) {
    batch[offset++] = entriesTag;
    offset = writeVarint(batch, offset, bytes.length);
    batch.set(bytes, offset);
    offset += bytes.length;
  }
  return batch;
}

const varintBytes = (value: number): number =>
  value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;

function writeVarint(target: Buffer, offset: number, value: number): number {
  while (value >= 0x80) {
    target[offset++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  target[offset++] = value;
  return offset;
}

/** The Connect method of PeerService with batches of encoded entries going out; the bytes are those of the contract. */
export const peerConnect = {
  ...PeerServiceService.connect,
  requestSerialize: encodeBatch,
  requestDeserialize: (bytes: Buffer): PeerBatch => PeerBatch.decode(bytes),
  responseSerialize: encodeBatch,
  responseDeserialize: (bytes: Buffer): PeerBatch => PeerBatch.decode(bytes),
};
