import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { linksTo, type Uploader, upload, useFiles } from './fixtures/use-files.ts';

const files = useFiles({ MAX_MEGAPIXELS: '20', MEDIA_SECONDS: '120' });

const noise = (width: number, height: number) =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } });

async function contentOf(user: Uploader, file: string, variant: 'original' | 'small' | 'large' | 'download') {
  const [link] = await linksTo(files.url, user, [{ file }]);
  const response = await fetch(link!.urls![variant]!);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

test('a picture is turned upright, made smaller, and says nothing of where it was taken', async () => {
  const user = await files.user();
  const camera = {
    IFD0: { Make: 'Berth', Model: 'Camera' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '1/1 2/1 3/1' },
  };
  const content = await noise(1_600, 900).withExif(camera).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  assert.ok((await sharp(content).metadata()).exif);
  const found = await upload(files.url, user, content, { name: 'beach.jpg' });
  const { kind, type, width, height, previews, thumbhash } = found;
  assert.deepEqual(
    { kind, type, width, height, previews },
    { kind: 'image', type: 'image/jpeg', width: 900, height: 1_600, previews: true },
  );
  const blurred = thumbHashToRGBA(Buffer.from(thumbhash!, 'base64url'));
  assert.ok(blurred.h > blurred.w);
  assert.ok(Buffer.from(thumbhash!, 'base64url').length <= 30);
  const original = await contentOf(user, found.file, 'original');
  assert.equal(original.bytes.length, found.bytes);
  const metadata = await sharp(original.bytes).metadata();
  assert.deepEqual(
    [metadata.width, metadata.height, metadata.exif, metadata.orientation],
    [900, 1_600, undefined, undefined],
  );
  assert.match(original.response.headers.get('content-disposition')!, /^inline/);
  assert.equal(original.response.headers.get('x-content-type-options'), 'nosniff');
  assert.match(original.response.headers.get('content-security-policy')!, /^sandbox/);
  for (const [variant, side] of [
    ['small', 320],
    ['large', 1_280],
  ] as const) {
    const preview = await contentOf(user, found.file, variant);
    assert.equal(preview.response.headers.get('content-type'), 'image/webp');
    const made = await sharp(preview.bytes).metadata();
    assert.deepEqual([made.format, made.height, made.exif], ['webp', side, undefined]);
  }
});

test('a picture that says no more than it shows, and one that is to stay as it is, keep their bytes', async () => {
  const user = await files.user();
  const plain = await noise(400, 300).png().toBuffer();
  const { file } = await upload(files.url, user, plain);
  assert.deepEqual((await contentOf(user, file, 'original')).bytes, plain);
  const camera = await noise(400, 300)
    .withExif({ IFD0: { Make: 'Berth' } })
    .jpeg()
    .toBuffer();
  const kept = await upload(files.url, user, camera, { original: true });
  assert.deepEqual((await contentOf(user, kept.file, 'original')).bytes, camera);
});

test('what moves goes on moving', async () => {
  const user = await files.user();
  const frames = await Promise.all([0, 1, 2].map(() => noise(500, 400).png().toBuffer()));
  const gif = await sharp(frames, { join: { animated: true } })
    .gif({ delay: [100, 100, 100] })
    .toBuffer();
  const { file, width, height, type } = await upload(files.url, user, gif);
  assert.deepEqual([type, width, height], ['image/gif', 500, 400]);
  const small = await sharp((await contentOf(user, file, 'small')).bytes).metadata();
  assert.deepEqual([small.format, small.pages, small.width], ['webp', 3, 320]);
});

test('what is inside is found from the bytes, whatever the name says, and what could run is only saved', async () => {
  const user = await files.user();
  const html = Buffer.from('<!doctype html><script>alert(1)</script>');
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const zip = Buffer.concat([Buffer.from('504b0304140000000800', 'hex'), randomBytes(2_000)]);
  const lies: [string, Buffer][] = [
    ['page.jpg', html],
    ['drawing.svg', svg],
    ['bomb.jpg', zip],
    ['fake.png', Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(500)])],
  ];
  for (const [name, content] of lies) {
    const { file, kind } = await upload(files.url, user, content, { name });
    assert.equal(kind, 'file', name);
    const { response, bytes } = await contentOf(user, file, 'original');
    assert.deepEqual(bytes, content);
    assert.match(response.headers.get('content-disposition')!, /^attachment/, name);
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
  }
  const pdf = await upload(files.url, user, Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n'), { name: 'a.pdf' });
  const { response } = await contentOf(user, pdf.file, 'original');
  assert.match(response.headers.get('content-disposition')!, /^inline/);
});

test('a picture that would break who looks at it is a plain file, and the next one is looked at', async () => {
  const user = await files.user();
  const huge = pngOf(50_000, 50_000);
  const good = await noise(800, 600).jpeg().toBuffer();
  const cut = good.subarray(0, good.length / 2);
  for (const content of [huge, cut]) {
    const { kind, previews } = await upload(files.url, user, content, { name: 'a.png' });
    assert.deepEqual([kind, previews], ['file', false]);
  }
  assert.equal((await upload(files.url, user, good)).kind, 'image');
  assert.deepEqual(await readdir(join(files.folder, 'scratch')), ['llfcchat']);
});

test('what unpacks to far more than it is stays packed', async () => {
  const user = await files.user();
  const zeros = Buffer.alloc(100_000_000);
  // Looked into for what kind of document it is.
  const bomb = zipOf('[Content_Types].xml', zeros);
  assert.ok(bomb.length < 200_000);
  const { file, kind, bytes } = await upload(files.url, user, bomb, { name: 'holiday.jpg' });
  assert.deepEqual([kind, bytes], ['file', bomb.length]);
  assert.deepEqual((await contentOf(user, file, 'original')).bytes, bomb);
  // Rows without an end, below a head that says 100.
  await upload(files.url, user, pngOf(100, 100, zeros), { name: 'holiday.png' });
  const good = await noise(800, 600).jpeg().toBuffer();
  assert.equal((await upload(files.url, user, good)).kind, 'image');
  assert.deepEqual(await readdir(join(files.folder, 'scratch')), ['llfcchat']);
});

/** An archive of one file. */
function zipOf(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
  const madeBy = Buffer.from([20, 0]);
  const entry = [Buffer.from('PK\x01\x02'), madeBy, common, Buffer.alloc(14), Buffer.from(name)];
  const directory = Buffer.concat(entry);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, directory, end]);
}

/** A picture whose head says how large it is, and that is not. */
function pngOf(width: number, height: number, rows = Buffer.alloc(1_000)): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const data = chunk('IDAT', deflateSync(rows));
  return Buffer.concat([signature, chunk('IHDR', head), data, chunk('IEND', Buffer.alloc(0))]);
}
