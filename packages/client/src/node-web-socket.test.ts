import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import process from 'node:process';
import { test } from 'node:test';

/** Shakes hands, and never says anything again: a node that was stopped. */
async function startSilentServer(): Promise<{ url: string; close(): void; cut: Promise<Socket> }> {
  const { promise: cut, resolve } = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    socket.once('data', (request) => {
      const [, key] = /sec-websocket-key: (.*)\r/i.exec(String(request))!;
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
      socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
    });
    socket.on('error', () => {}).on('close', () => resolve(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { url: `ws://127.0.0.1:${port}/`, close: () => server.close(), cut };
}

for (const [leave, how] of [
  ['terminate', 'cut off'],
  ['close', 'told good-bye'],
] as const)
  test(`a server that never answers, ${how}, holds neither its socket nor the process`, async (t) => {
    const server = await startSilentServer();
    t.after(() => server.close());
    const script = `
      import { PlatformWebSocket } from './node-web-socket.ts';
      const socket = new PlatformWebSocket(process.argv[1]);
      socket.addEventListener('open', () => socket.${leave}());`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script, server.url], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    const [[code]] = await Promise.all([once(child, 'exit'), server.cut]);
    assert.equal(code, 0);
  });
