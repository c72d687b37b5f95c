import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { eventually } from '@berth/fixtures';
import type { LinkPreview } from '@berth/wire/files';
import sharp from 'sharp';
import { parseFilesConfig } from './config.ts';
import { useSmallWeb } from './fixtures/small-web.ts';
import { codeOf, filesEnv, startFiles, type Uploader, useFiles } from './fixtures/use-files.ts';

const page = `<html><head><title>Tide &amp; time</title><meta property="og:site_name" content="Pier">
  <meta property="og:description" content="High at 14:20">`;
const withPicture = (path: string) => `${page}<meta property="og:image" content="${path}">`;
const tooMuch = Buffer.alloc(64 * 1_048_576, ' ');
const packed = {
  gzip: gzipSync(page),
  br: brotliCompressSync(page),
  bomb: gzipSync(Buffer.concat([Buffer.from(page), tooMuch])),
};
const png = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#046' } })
  .withExif({ IFD0: { Copyright: 'somebody' } })
  .png()
  .toBuffer();
const huge = Buffer.concat([png, randomBytes(6 * 1_048_576)]);

const small = useSmallWeb((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, 'http://small');
  const html = (content: string | Buffer, headers: Record<string, string> = {}) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(content);
  const to = searchParams.get('to');
  const left = Number(searchParams.get('left') ?? -1);
  if (to !== null) response.writeHead(302, { location: to, 'set-cookie': 'known=1; Path=/' }).end();
  else if (pathname === '/long') response.writeHead(301, { location: `/${'x'.repeat(3_000)}` }).end();
  else if (left > 0) response.writeHead(307, { location: `/?left=${left - 1}` }).end();
  else if (pathname === '/pictured') html(withPicture('/tide.png'));
  else if (pathname === '/tide.png') response.writeHead(200, { 'content-type': 'image/png' }).end(png);
  else if (pathname === '/huge.png') response.writeHead(200, { 'content-type': 'image/png' }).end(huge);
  else if (pathname === '/script.png')
    response.writeHead(200, { 'content-type': 'image/png' }).end('<svg xmlns="http://www.w3.org/2000/svg"/>');
  else if (pathname === '/pictured-by') html(withPicture(searchParams.get('address')!));
  else if (pathname === '/slow') response.writeHead(200, { 'content-type': 'text/html' }).write(page);
  else if (pathname === '/silent') return;
  else if (pathname === '/endless') writeWithoutEnd(response.writeHead(200, { 'content-type': 'text/html' }));
  else if (pathname === '/gzip') html(packed.gzip, { 'content-encoding': 'gzip' });
  else if (pathname === '/br') html(packed.br, { 'content-encoding': 'br' });
  else if (pathname === '/bomb') html(packed.bomb, { 'content-encoding': 'gzip' });
  else if (pathname === '/zstd') html(page, { 'content-encoding': 'zstd' });
  else if (pathname === '/zip') html(page, { 'content-type': 'application/zip' });
  else if (pathname === '/gone') response.writeHead(410, { 'content-type': 'text/html' }).end(page);
  else html(page);
});
const files = useFiles({ LINK_PREVIEWS: 'on', MEDIA_SECONDS: '120' }, small.web);

function writeWithoutEnd(response: ServerResponse): void {
  response.write(page);
  const more = () => {
    if (!response.destroyed) response.write('x'.repeat(65_536), more);
  };
  more();
}

const ask = (url: string, { token }: Pick<Uploader, 'token'>, door = files.url): Promise<Response> =>
  fetch(`${door}/v1/previews`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  });

async function previewOf(url: string, user?: Uploader): Promise<LinkPreview> {
  const response = await ask(url, user ?? (await files.user()));
  assert.equal(response.status, 200, url);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  return ((await response.json()) as { preview: LinkPreview }).preview;
}

/** What whoever asks for it is told, to the letter. */
async function refusalOf(url: string): Promise<string> {
  const response = await ask(url, await files.user());
  return `${response.status} ${await response.text()}`;
}

const nothing = `422 ${JSON.stringify({
  error: { code: 'no_preview', message: 'There is nothing to be shown of this address.' },
})}`;
const to = (address: string) => small.at('pier.example', `/?to=${encodeURIComponent(address)}`);

test('a page is read and shown, once for all, with its picture made anew', async () => {
  const address = small.at('tides.example', '/pictured#today');
  const before = small.asked.length;
  const shown = await Promise.all([previewOf(address), previewOf(address)]);
  shown.push(await previewOf(small.at('tides.example', '/pictured')));
  const { picture, ...words } = shown[0]!;
  const url = small.at('tides.example', '/pictured');
  assert.deepEqual(words, { url, title: 'Tide & time', description: 'High at 14:20', site: 'Pier' });
  for (const other of shown) assert.deepEqual(other, shown[0]);
  const { format, width, height, exif } = await sharp(Buffer.from(picture!.content, 'base64')).metadata();
  assert.deepEqual([format, width, height, exif], ['webp', 320, 213, undefined]);
  assert.deepEqual([picture!.width, picture!.height], [320, 213]);
  assert.deepEqual(
    small.asked.slice(before).map((request) => request.url),
    ['/pictured', '/tide.png'],
  );
});

test('pages come packed, too', async () => {
  for (const path of ['/gzip', '/br'])
    assert.equal((await previewOf(small.at('packed.example', path))).title, 'Tide & time');
});

test('whatever is not of the public web is refused in the same words, and nothing is asked there', async () => {
  small.names.set('inside.example', ['10.0.0.1']);
  small.names.set('mixed.example', ['127.0.0.1', '169.254.169.254']);
  small.names.set('six.example', ['::ffff:127.0.0.1']);
  small.names.set('translated.example', ['64:ff9b::7f00:1']);
  const before = small.asked.length;
  for (const host of [
    ...[
      '127.0.0.2',
      '127.2',
      '0x7f.0.0.2',
      '0177.0.0.2',
      '2130706434',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
    ],
    ...[
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[fe80::1]',
      '[fd00:ec2::254]',
      '0',
      '10.0.0.1',
    ],
    ...[
      '100.64.0.1',
      '192.168.0.1',
      '169.254.169.254',
      '224.0.0.1',
      '255.255.255.255',
      'localhost',
      'intranet',
    ],
    ...['inside.example', 'inside.example.', 'mixed.example', 'six.example', 'translated.example'],
    ...['ann:secret@pier.example', 'ann@pier.example'],
  ])
    assert.equal(await refusalOf(small.at(host)), nothing, host);
  for (const address of ['http://pier.example:22/', 'https://pier.example:8443/', 'http://10.0.0.1:6379/'])
    assert.equal(await refusalOf(address), nothing, address);
  assert.equal(small.asked.length, before);
  for (const address of [
    'file:///etc/passwd',
    'ftp://pier.example/',
    'gopher://pier.example/',
    'pier.example',
    '',
  ])
    assert.equal(await codeOf(await ask(address, await files.user())), 'bad_request', address);
});

test('a redirect is looked at as any address is, and five are followed', async () => {
  const inner = [
    ...[small.at('inside.example'), small.at('127.0.0.2'), small.at('[::ffff:127.0.0.1]')],
    ...[
      'http://169.254.169.254/latest/meta-data/',
      'http://pier.example:22/',
      'file:///etc/passwd',
      'http://',
    ],
    small.at('ann:secret@pier.example'),
  ];
  small.names.set('inside.example', ['10.0.0.1']);
  for (const address of inner) {
    const before = small.asked.length;
    assert.equal(await refusalOf(to(address)), nothing, address);
    assert.equal(small.asked.length, before + 1, address);
  }
  const followed = await previewOf(small.at('pier.example', '/?left=5'));
  assert.equal(followed.url, small.at('pier.example', '/?left=0'));
  for (const path of ['/?left=6', '/long'])
    assert.equal(await refusalOf(small.at('pier.example', path)), nothing);
});

test('nobody is told who asks: no cookies, no credentials, no address that led there', async () => {
  const before = small.asked.length;
  await previewOf(to(small.at('other.example')));
  const asked = small.asked.slice(before);
  assert.equal(asked.length, 2);
  for (const { headers, method } of asked) {
    assert.equal(method, 'GET');
    const said = ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'user-agent'];
    assert.deepEqual(Object.keys(headers).sort(), said);
  }
});

test('a name that leads elsewhere the next time is connected to where it was looked at', async () => {
  let looks = 0;
  small.names.set('rebinding.example', () => [looks++ === 0 ? '127.0.0.1' : '127.0.0.2']);
  assert.equal((await previewOf(small.at('rebinding.example'))).title, 'Tide & time');
  assert.equal(looks, 1, 'looked up once, for the check and for the connection');
  assert.equal(await refusalOf(small.at('rebinding.example', '/again')), nothing);
});

test('what was connected to is looked at once more, before anything is asked', async () => {
  const { isPublic } = small.web;
  const looked: string[] = [];
  const before = small.asked.length;
  small.web.isPublic = (address) => looked.push(address) < 2;
  try {
    assert.equal(await refusalOf(small.at('between.example')), nothing);
  } finally {
    small.web.isPublic = isPublic;
  }
  assert.deepEqual(looked, ['127.0.0.1', '127.0.0.1']);
  assert.equal(small.asked.length, before);
});

test('of what is too much the beginning is read: a page without an end, and one packed a thousand times', async () => {
  for (const path of ['/endless', '/bomb'])
    assert.equal((await previewOf(small.at('pier.example', path))).title, 'Tide & time', path);
  assert.ok(packed.bomb.length < tooMuch.length / 500);
  await eventually('nobody reads on', () => small.asked.every(({ socket }) => socket.destroyed));
});

test('what is no page has no preview', async () => {
  for (const path of ['/zip', '/zstd', '/gone', '/tide.png'])
    assert.equal(await refusalOf(small.at('pier.example', path)), nothing, path);
});

test('a page is shown without a picture that is too large, none, or not of the public web', async () => {
  small.names.set('inside.example', ['10.0.0.1']);
  const addresses = [
    '/huge.png',
    '/script.png',
    '/gone',
    small.at('inside.example', '/tide.png'),
    'http://',
    'data:,',
  ];
  for (const address of addresses) {
    const path = `/pictured-by?address=${encodeURIComponent(address)}`;
    const { title, picture } = await previewOf(small.at('pier.example', path));
    assert.deepEqual([title, picture], ['Tide & time', undefined], address);
  }
});

test('what takes too long has no preview, and nobody waits for it any more', async () => {
  const { timeoutMs } = small.web;
  small.web.timeoutMs = 200;
  try {
    for (const path of ['/silent', '/slow'])
      assert.equal(await refusalOf(small.at('pier.example', path)), nothing, path);
  } finally {
    small.web.timeoutMs = timeoutMs;
  }
  await eventually('nobody reads on', () => small.asked.every(({ socket }) => socket.destroyed));
});

test('only who is logged in may ask, and where the operator has not allowed it nobody', async () => {
  const [user, gone] = [await files.user(), await files.user()];
  const before = small.asked.length;
  const address = small.at('nobody.example');
  await files.db.run('UPDATE sessions SET ended_at = 1 WHERE user_id = ?', [gone.id]);
  const changed = {
    token: user.token.slice(0, -6) + (user.token.at(-6) === 'A' ? 'B' : 'A') + user.token.slice(-5),
  };
  for (const nobody of [{ token: '' }, { token: 'let-me-in' }, changed])
    assert.equal(await codeOf(await ask(address, nobody)), 'unauthenticated');
  assert.equal(await codeOf(await ask(address, gone)), 'session_ended');
  const without = await fetch(`${files.url}/v1/previews`, { method: 'POST', body: '{}' });
  assert.equal(without.status, 401);
  assert.equal(
    (await fetch(`${files.url}/v1/previews?url=${address}`)).status,
    404,
    'nothing is asked by a link',
  );
  const off = await startFiles(files.mysqlUrl, { STORAGE_DIR: files.folder });
  try {
    const door = `http://127.0.0.1:${off.ports.http}/files`;
    assert.equal(await codeOf(await ask(address, user, door)), 'not_found');
  } finally {
    await off.close();
  }
  assert.equal(small.asked.length, before);
});

test('what was read is counted by what came of it, and names nothing', async () => {
  const text = await (await fetch(`${files.opsUrl}/metrics`)).text();
  for (const outcome of ['shown', 'nothing', 'refused'])
    assert.match(
      text,
      new RegExp(`files_link_previews_total\\{outcome="${outcome}",service="files"\\} [1-9]`),
    );
  assert.match(text, /files_kept\{what="link_previews",service="files"\} [1-9]/);
  assert.doesNotMatch(text, /example/);
});

test('they are off unless an operator says otherwise, and a wrong word is refused', () => {
  const given = filesEnv('mysql://a:b@c/d', 'http://127.0.0.1/files');
  const parse = (more: Record<string, string> = {}) => parseFilesConfig({ ...given, ...more }).linkPreviews;
  assert.equal(parse(), undefined);
  assert.equal(parse({ LINK_PREVIEWS_REFUSED: '10.0.0.0/8' }), undefined);
  const refused = { LINK_PREVIEWS: 'on', LINK_PREVIEWS_REFUSED: '93.184.0.0/16, 2600:1f14::/32' };
  assert.deepEqual(parse(refused), { refused: ['93.184.0.0/16', '2600:1f14::/32'] });
  assert.throws(() => parse({ LINK_PREVIEWS: 'true' }), /LINK_PREVIEWS: on or off/);
  for (const wrong of ['10.0.0.0', '10.0.0.0/33', '::/129', 'pier.example/8', '10.0.0.0/8/8'])
    assert.throws(
      () => parse({ LINK_PREVIEWS_REFUSED: wrong }),
      /LINK_PREVIEWS_REFUSED: expected CIDRs/,
      wrong,
    );
});
