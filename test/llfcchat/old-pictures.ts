import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import type { Body } from '../harness/frame-socket.ts';
import type { QtClient } from './qt-client.ts';

const chunkBytes = 32_768;
/** Chunks that such a client has under way, of all its files together. */
const window = 5;

/** A picture of noise, which hardly packs: its bytes are about three of each pixel. */
export function noisePng(side: number): Buffer {
  const row = 1 + 3 * side;
  const raw = randomBytes(row * side);
  for (let at = 0; at < raw.length; at += row) raw[at] = 0;
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    ...[signature, chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))],
  ]);
}

export const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

export interface Announced {
  name: string;
  unique_id: string;
  message_id: number;
  thread_id: number;
  to: number;
}

/** 1035 */
export async function announce(from: QtClient, to: number, bytes: Buffer): Promise<Announced> {
  const [thread_id] = from.threadWith(to)!;
  const name = `${randomUUID()}.png`;
  const unique_id = `{${randomUUID()}}`;
  const answer = await from.ask(
    1035,
    announcement(from, to, { thread_id, name, unique_id, md5: md5Of(bytes) }),
  );
  assert.equal(answer.error, 0, JSON.stringify(answer));
  assert.deepEqual([answer.unique_name, answer.unique_id, answer.status], [name, unique_id, 3]);
  assert.ok(Number.isInteger(answer.message_id) && answer.message_id < 2 ** 31);
  return { name, unique_id, message_id: answer.message_id, thread_id, to };
}

export const announcement = (from: QtClient, to: number, fields: Body): Body => ({
  ...{ fromuid: from.user.uid, touid: to, token: from.fileToken, text_or_url: '/home/somebody/holiday.png' },
  ...fields,
});

/** The frame of a chunk: 1041 for the first, 1037 for others. */
export function chunkFrame(from: QtClient, picture: Announced, bytes: Buffer, seq: number): [number, Body] {
  const data = bytes.subarray((seq - 1) * chunkBytes, seq * chunkBytes);
  const count = Math.ceil(bytes.length / chunkBytes);
  const { name, unique_id, message_id, to } = picture;
  const uid = from.user.uid;
  return [
    seq === 1 ? 1041 : 1037,
    {
      ...{ name, seq, md5: md5Of(bytes), uid, message_id, sender: uid, receiver: to },
      ...{ total_size: String(bytes.length), trans_size: String((seq - 1) * chunkBytes + data.length) },
      ...{ last: seq === count ? 1 : 0, data: data.toString('base64') },
      ...(seq === 1 ? { unique_id, token: from.fileToken } : { last_seq: count }),
    },
  ];
}

/** Sends all chunks, as many at a time as the client does; answers with the last answer. */
export async function uploadPicture(from: QtClient, picture: Announced, bytes: Buffer): Promise<Body> {
  const count = Math.ceil(bytes.length / chunkBytes);
  let last: Body = {};
  const [id, first] = chunkFrame(from, picture, bytes, 1);
  last = await from.files.ask(id, first);
  assert.equal(last.error, 0, JSON.stringify(last));
  for (let sent = 1, answered = 1; answered < count; answered++) {
    while (sent < count && sent - answered < window)
      from.files.send(...chunkFrame(from, picture, bytes, ++sent));
    last = (await from.files.next(1038)).body;
    assert.equal(last.error, 0, JSON.stringify(last));
  }
  return last;
}

/** Asks for a picture chunk by chunk (1047), as when 1039 or 1046 told of it; how large it is the client believes the last answer. */
export async function downloadPicture(
  by: QtClient,
  { name, message_id, sender_id, receiver_id, total_size: told }: Body,
): Promise<Buffer> {
  let content = Buffer.alloc(0);
  for (let seq = 1, total_size = told; ; seq++) {
    const asked = { name, seq, trans_size: String(content.length), total_size, token: by.fileToken };
    const people = { sender_id, receiver_id, message_id, uid: by.user.uid };
    const answer = await by.files.ask(1047, { ...asked, ...people });
    assert.equal(answer.error, 0, JSON.stringify(answer));
    assert.deepEqual([answer.name, answer.seq], [name, seq]);
    content = Buffer.concat([content, Buffer.from(answer.data, 'base64')]);
    assert.equal(answer.current_size, String(content.length));
    total_size = answer.total_size;
    if (answer.is_last !== true) continue;
    assert.equal(total_size, String(content.length));
    return content;
  }
}
