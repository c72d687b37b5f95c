#!/usr/bin/env bash
# A system may write less than it was given, and Node's fs.WriteStream goes on with the rest; for one buffer that is right. When several
# were waiting they go out by one `writev`, and after a part of these was written the rest is not put behind it but behind where all of it
# would have ended: the file has a hole of zeros, is too long, and no error is told (Node 24.9.0). `fs.writev` that writes a part stands here
# for a disk that was full for a moment, by the documented option `fs` of `createWriteStream`; it writes with Node's own.
#
# Exits with 0 as long as it is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0
cat >try.mjs <<'JS'
import { once } from 'node:events';
import fs from 'node:fs';

async function write(pieces) {
  let calls = 0;
  /** Of the first call five bytes are written, as a system may. */
  const partly = (call, bytes) => (calls++ === 0 ? call(5) : call(bytes));
  const system = {
    open: fs.open,
    close: fs.close,
    write: (fd, piece, offset, length, position, done) =>
      partly((bytes) => fs.write(fd, piece, offset, bytes, position, done), length),
    writev: (fd, all, position, done) =>
      calls++ === 0
        ? fs.write(fd, all[0], 0, 5, position, (error, bytes) => done(error, bytes, all))
        : fs.writev(fd, all, position, done),
  };
  const stream = fs.createWriteStream('file', { fs: system, start: 0 });
  stream.cork();
  for (const piece of pieces) stream.write(piece);
  stream.uncork();
  stream.end();
  await once(stream, 'close');
  return fs.readFileSync('file', 'latin1').replaceAll('\0', '.');
}

console.log(`Node ${process.versions.node}; '.' is a zero`);
const one = await write(['0123456789ABCDEF']);
const several = await write(['01234567', '89ABCDEF']);
console.log(`one buffer:      ${one}`);
console.log(`several buffers: ${several}`);
process.exit(one === '0123456789ABCDEF' && several !== one ? 0 : 1);
JS
node_modules/.bin/node try.mjs
