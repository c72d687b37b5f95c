import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * The bare relay: the least that a Node program must do on its sockets for the same pattern. Each binary message goes, as
 * it is, to the others of the room, and a 4-byte answer to its sender; a queue per receiver, written once per event-loop
 * turn. It reads nothing, stores nothing, knows nobody.
 */
interface Member {
  socket: WebSocket;
  queue: Buffer[];
}

const acknowledgement = Buffer.from([0, 0, 0, 0]);
const rooms = new Map<string, Set<Member>>();
let dirty: Member[] = [];

function queue(member: Member, bytes: Buffer): void {
  if (member.queue.push(bytes) > 1) return;
  if (dirty.push(member) === 1) setImmediate(flush);
}

function flush(): void {
  const members = dirty;
  dirty = [];
  for (const member of members) {
    member.socket.send(member.queue.length === 1 ? member.queue[0]! : Buffer.concat(member.queue));
    member.queue = [];
  }
}

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket, request) => {
  const name = new URL(request.url!, 'http://relay').searchParams.get('room') ?? '';
  const room = rooms.get(name) ?? new Set<Member>();
  rooms.set(name, room);
  const member: Member = { socket, queue: [] };
  room.add(member);
  socket.on('close', () => room.delete(member));
  socket.on('message', (bytes: Buffer) => {
    for (const other of room) if (other !== member) queue(other, bytes);
    queue(member, acknowledgement);
  });
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
