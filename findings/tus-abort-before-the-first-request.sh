#!/usr/bin/env bash
# tus-js-client says of `abort()` that it stops the upload, and that no event handler is called after it. So it does once a request is
# under way. Called before the first one, which is as long as the source takes to open (a turn of microtasks for bytes), it is undone:
# the upload begins, sends everything and calls `onSuccess`. Whoever pauses and resumes early, by another `Upload` of the same source,
# sends it twice (tus-js-client 4.3.1, Node 24.9.0).
#
# Exits with 0 as long as it is so: 10 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0 tus-js-client@4.3.1
node=$folder/node_modules/node/bin/node
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from 'tus-js-client';

const seen = [];
let came;
const server = createServer((request, response) => {
  seen.push(request.method);
  came?.();
  let bytes = 0;
  request.on('data', (chunk) => (bytes += chunk.length)).once('end', async () => {
    await sleep(200);
    response.setHeader('tus-resumable', '1.0.0');
    if (request.method === 'POST') response.writeHead(201, { location: '/1' }).end();
    else response.writeHead(204, { 'upload-offset': String(bytes) }).end();
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const endpoint = `http://127.0.0.1:${server.address().port}/`;

async function abortedAfter(wait) {
  seen.length = 0;
  const called = [];
  const upload = new Upload(Buffer.from('what is sent'), {
    endpoint,
    onSuccess: () => called.push('onSuccess'),
    onError: () => called.push('onError'),
  });
  const first = new Promise((resolve) => (came = resolve));
  upload.start();
  await wait(first);
  await upload.abort();
  await sleep(1_500);
  return `${seen.join(' ') || 'no request'}; ${called.join(' ') || 'no handler'}`;
}
console.log(`aborted at once: ${await abortedAfter(async () => {})}`);
console.log(`aborted during the first request: ${await abortedAfter((first) => first)}`);
server.close();
server.closeAllConnections();
JS
out=$("$node" try.mjs)
echo "$out"
[[ $out == *'aborted at once: POST PATCH; onSuccess'* ]]
[[ $out == *'aborted during the first request: POST; no handler'* ]]
