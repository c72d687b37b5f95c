#!/usr/bin/env bash
# A `fileReader` of one's own for tus-js-client (4.3.1) answers `slice()` with a value that, as documentation and types have it, must be
# usable as a body by the HTTP stack. Bytes are (a Buffer is what the library sends itself in Node), and they have no `size`: the library takes them
# for none, and gives the upload up before it sends any, with a message that blames the source for having ended early.
# With a property `size` put onto the same bytes all of them arrive.
#
# Node 24.9.0. Exits with 0 as long as it is so: 10 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0 tus-js-client@4.3.1
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Upload } from 'tus-js-client';

let received = '';
const server = createServer((request, response) => {
  request.on('data', (chunk) => (received += chunk)).once('end', () => {
    response.setHeader('tus-resumable', '1.0.0');
    if (request.method === 'POST') response.writeHead(201, { location: '/1' }).end();
    else response.writeHead(204, { 'upload-offset': String(received.length) }).end();
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const endpoint = `http://127.0.0.1:${server.address().port}/`;

const content = Buffer.from('twelve bytes');
function send(valueOf) {
  received = '';
  const fileReader = {
    openFile: async () => ({
      size: content.length,
      slice: async (start, end) => ({ value: valueOf(content.subarray(start, end)), done: end >= content.length }),
      close() {},
    }),
  };
  return new Promise((resolve) => {
    const options = { endpoint, fileReader, uploadSize: content.length, retryDelays: null };
    const upload = new Upload(content, {
      ...options,
      onSuccess: () => resolve(`all of it arrived: "${received}"`),
      onError: (error) => resolve(`"${received}" arrived; ${error.message}`),
    });
    upload.start();
  });
}
console.log(`bytes: ${await send((bytes) => bytes)}`);
console.log(`bytes with a size: ${await send((bytes) => Object.assign(bytes, { size: bytes.length }))}`);
server.close();
server.closeAllConnections();
JS
out=$(node_modules/.bin/node try.mjs)
echo "$out"
[[ $out == *'bytes: "" arrived; '*'done after 0 bytes'* ]]
[[ $out == *'bytes with a size: all of it arrived: "twelve bytes"'* ]]
