#!/usr/bin/env bash
# `close` of a ServerResponse is documented to come when the answer is complete, or when its connection ends before. It comes once for
# the answer that is under way; an answer whose turn has not come, to a request that was sent behind another one on the same
# connection, hears of neither. What was begun for it (a query, a place in a count, a stream that waits to be piped) is never told that
# nobody is there any more, though its request is. `stream.finished()` and express' `on-finished` wait as long (Node 24.9.0).
#
# Exits with 0 as long as it is so: 5 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { finished } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const heard = { '/first': [], '/second': [] };
let asked = 0;
const server = createServer((request, response) => {
  const list = heard[request.url];
  request.resume().once('close', () => list.push('request closed'));
  response.once('close', () => list.push('response closed'));
  finished(response, () => list.push('response finished()'));
  asked++;
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const closed = once(server, 'connection').then(([socket]) => once(socket, 'close'));
const client = connect(server.address().port, '127.0.0.1');
client.write(Object.keys(heard).map((path) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`).join(''));
while (asked < 2) await sleep(10);
client.destroy();
await closed;
await sleep(2_000);
console.log(`Node ${process.versions.node}`);
for (const [path, list] of Object.entries(heard)) console.log(`${path}: ${list.join(', ') || 'nothing'}`);
const has = (path, what) => heard[path].includes(what);
const isSo =
  has('/first', 'response closed') &&
  has('/first', 'response finished()') &&
  !has('/second', 'response closed') &&
  !has('/second', 'response finished()');
process.exit(isSo ? 0 : 1);
JS
node_modules/.bin/node try.mjs
