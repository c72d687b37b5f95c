import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { upload, useFiles } from './fixtures/use-files.ts';

const files = useFiles();

function box(type: string, ...content: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part as string, 'latin1')));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const u32 = (value: number) => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
const full = (version: number) => Buffer.from([version, 0, 0, 0]);

/** As phones make them: the table of what is in it comes last. */
const mp4 = (): Buffer =>
  Buffer.concat([
    box('ftyp', 'isom', u32(512), 'isommp41'),
    box('mdat', randomBytes(50_000)),
    box('moov', box('mvhd', Buffer.alloc(100))),
  ]);

/** EBML: a segment that says how long it is. */
function webm(): Buffer {
  const head = Buffer.from(
    '1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581 02'.replaceAll(' ', ''),
    'hex',
  );
  const segment = randomBytes(10_000);
  const size = Buffer.from([0x10, 0, segment.length >> 8, segment.length & 255]);
  return Buffer.concat([head, Buffer.from('18538067', 'hex'), size, segment]);
}

test('a video that was cut off is a plain file, and can be saved; a whole one is shown', async () => {
  const user = await files.user();
  for (const [whole, type] of [
    [mp4(), 'video/mp4'],
    [webm(), 'video/webm'],
  ] as const) {
    const shown = await upload(files.url, user, whole, { name: 'film' });
    assert.deepEqual([shown.kind, shown.type, shown.bytes], ['video', type, whole.length]);
    for (const part of [0.3, 0.9]) {
      const cut = whole.subarray(0, Math.floor(part * whole.length));
      const saved = await upload(files.url, user, cut, { name: 'film' });
      assert.deepEqual([saved.kind, saved.type, saved.bytes], ['file', type, cut.length]);
    }
  }
});

const secret = Buffer.from('N 52.5200 E 13.4050, 2026-11-29 19:58');
const xmp = Buffer.from('<x:xmpmeta>somebody’s camera</x:xmpmeta>');

/** A HEIF picture of two items that are metadata, one of them in the box for small ones, and one that is the picture. */
function heic(version: 0 | 1): Buffer {
  const item = (id: number, type: string, more = '') =>
    box('infe', full(2), u16(id), u16(0), type, '\0', more);
  const items = box(
    ...(['iinf', full(0), u16(3)] as const),
    ...[item(1, 'hvc1'), item(2, 'Exif'), item(3, 'mime', 'application/rdf+xml\0')],
  );
  const picture = Buffer.alloc(2_000, 7);
  const ftyp = box('ftyp', 'heic', u32(0), 'mif1heic');
  const own = version === 1 ? box('idat', xmp) : Buffer.alloc(0);
  const place = (id: number, offset: number, length: number, isOwn = false) =>
    Buffer.concat([
      ...[
        u16(id),
        version === 1 ? u16(Number(isOwn)) : Buffer.alloc(0),
        u16(0),
        u16(1),
        u32(offset),
        u32(length),
      ],
    ]);
  const build = (start: number) =>
    box(
      ...(['meta', full(0), items] as const),
      box(
        ...(['iloc', full(version), Buffer.from([0x44, 0]), u16(3)] as const),
        place(1, start, picture.length),
        place(2, start + picture.length, secret.length),
        version === 1
          ? place(3, 0, xmp.length, true)
          : place(3, start + picture.length + secret.length, xmp.length),
      ),
      own,
    );
  const start = ftyp.length + build(0).length + 8;
  const tail = version === 1 ? [picture, secret] : [picture, secret, xmp];
  return Buffer.concat([ftyp, build(start), box('mdat', ...tail)]);
}

test('HEIC keeps its picture and loses its metadata, unless the sender says that it is the original', async () => {
  const user = await files.user();
  for (const version of [0, 1] as const) {
    const content = heic(version);
    const stored = async (original: boolean) => {
      const { file, kind, type, bytes } = await upload(files.url, user, content, {
        name: 'p.heic',
        original,
      });
      assert.deepEqual([kind, type, bytes], ['file', 'image/heic', content.length]);
      return readFile(join(files.folder, 'uploads', file));
    };
    assert.deepEqual(await stored(true), content);
    const clean = await stored(false);
    assert.equal(clean.length, content.length);
    for (const said of [secret, xmp]) {
      const at = content.indexOf(said);
      assert.ok(at > 0);
      assert.deepEqual(clean.subarray(at, at + said.length), Buffer.alloc(said.length));
      said.copy(clean, at);
    }
    assert.deepEqual(clean, content);
  }
});

test('what only begins as HEIC stays as it is', async () => {
  const user = await files.user();
  const whole = heic(0);
  const [ftyp, meta] = [whole.subarray(0, 24), whole.indexOf('meta') - 4];
  const items = (sizes: Buffer) =>
    Buffer.concat([
      ftyp,
      box(
        'meta',
        full(0),
        box('iinf', full(0), u16(1), box('infe', full(2), u16(2), u16(0), 'Exif', '\0')),
        sizes,
      ),
    ]);
  const broken = [
    whole.subarray(0, meta + 40),
    items(box('iloc', full(0), Buffer.from([0, 0]), u16(0xffff), Buffer.alloc(60_000, 255))),
    items(
      box(
        'iloc',
        full(0),
        Buffer.from([0x44, 0]),
        u16(1),
        u16(2),
        u16(0),
        u16(1),
        u32(0xffff_0000),
        u32(4_000),
      ),
    ),
    Buffer.concat([ftyp, randomBytes(5_000)]),
  ];
  for (const content of broken) {
    const { file } = await upload(files.url, user, content, { name: 'p.heic' });
    assert.deepEqual(await readFile(join(files.folder, 'uploads', file)), content);
  }
});
