#!/usr/bin/env bash
# Node's own WebSocket waits for the other side's close frame without an end. A browser gives a server that does not answer
# `close()` a few seconds and lets the connection go; in Node (24.9.0, undici 7.16.0) no `close` event comes, the socket
# stays open, and the process with it. `ws` (8.23.0) cuts the connection, at once by `terminate()`.
#
# Exits with 0 as long as it is so: 45 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0 ws@8.23.0
cat >silent.mjs <<'JS'
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { WebSocket as Ws } from 'ws';

// Shakes hands as RFC 6455 says, and never says anything again: a server that was stopped, or whose network is gone.
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (request) => {
    const [, key] = /sec-websocket-key: (.*)\r/i.exec(String(request));
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `ws://127.0.0.1:${server.address().port}/`;

function leave(name, socket, how) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`${name}: no close event within 40 s`), 40_000);
    socket.addEventListener('open', () => {
      const at = performance.now();
      socket.addEventListener('close', () => {
        clearTimeout(timer);
        resolve(`${name}: closed after ${Math.round((performance.now() - at) / 1_000)} s`);
      });
      socket[how]();
    });
  });
}
const seen = await Promise.all([
  leave('WebSocket of Node, close()', new WebSocket(url), 'close'),
  leave('ws, terminate()', new Ws(url), 'terminate'),
]);
console.log(`node ${process.versions.node}, undici ${process.versions.undici}`);
for (const line of seen) console.log(line);
process.exit(seen[0].includes('no close event') && seen[1].includes('closed after 0 s') ? 0 : 1);
JS
node_modules/.bin/node silent.mjs
