import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * `ws` as its documentation uses it: each message is sent to each of the others of the room at once, and a 4-byte answer to
 * its sender. What differs from the relay is a write per delivery.
 */
const acknowledgement = Buffer.from([0, 0, 0, 0]);
const rooms = new Map<string, Set<WebSocket>>();
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket, request) => {
  const name = new URL(request.url!, 'http://ws').searchParams.get('room') ?? '';
  const room = rooms.get(name) ?? new Set<WebSocket>();
  rooms.set(name, room);
  room.add(socket);
  socket.on('close', () => room.delete(socket));
  socket.on('message', (bytes: Buffer) => {
    for (const other of room) if (other !== socket) other.send(bytes);
    socket.send(acknowledgement);
  });
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
