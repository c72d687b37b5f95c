#!/usr/bin/env bash
# The lock that @tus/server (2.4.5) has by default does not sleep while somebody waits for it: it asks again in every turn of the event
# loop. One client that resumes while its former request is still open, which is what resuming is for, keeps a core busy for as long as
# that request takes to end (3 s by default, up to 30). Nothing shows but the load: other requests are answered all the while.
#
# Node 24.9.0, @tus/file-store 2.1.1. Exits with 0 as long as it is so: 10 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0 @tus/server@2.4.5 @tus/file-store@2.1.1
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const tus = new Server({ path: '/files', datastore: new FileStore({ directory: 'uploads' }) });
const server = tus.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

/** Sends a request, or the beginning of one, and hears its head. */
function ask(...lines) {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(`${lines.join('\r\n')}`);
  return { socket, head: once(socket, 'data').then(([data]) => String(data)) };
}
const common = ['Host: tus.test', 'Tus-Resumable: 1.0.0'];
const made = await ask('POST /files HTTP/1.1', ...common, 'Upload-Length: 10', 'Content-Length: 0', '', '').head;
const path = new URL(/location: (.*)\r/i.exec(made)[1]).pathname;

/** How much of a second the event loop was busy. */
async function utilization() {
  const before = performance.eventLoopUtilization();
  await sleep(1_000);
  return performance.eventLoopUtilization(before).utilization;
}
const patch = ['Upload-Offset: 0', 'Content-Type: application/offset+octet-stream', 'Content-Length: 10'];
const slow = ask(`PATCH ${path} HTTP/1.1`, ...common, ...patch, '', 'five!');
await sleep(500);
const quiet = await utilization();
const resuming = ask(`HEAD ${path} HTTP/1.1`, ...common, '', '');
const began = performance.now();
const busy = await utilization();
const answer = await resuming.head;
console.log(`an upload that has stopped half-way: the event loop is busy ${quiet.toFixed(2)} of a second`);
console.log(`somebody waits for its lock: ${busy.toFixed(2)} of a second`);
console.log(`answered after ${((performance.now() - began) / 1_000).toFixed(1)} s: ${answer.split('\r\n')[0]}, ${/upload-offset: \d+/i.exec(answer)?.[0]}`);
slow.socket.destroy();
process.exit(quiet < 0.3 && busy > 0.9 ? 0 : 1);
JS
node_modules/.bin/node try.mjs
