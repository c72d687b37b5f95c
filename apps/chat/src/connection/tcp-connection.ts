import type { Socket } from 'node:net';
import { FrameDecoder, limits } from '@berth/wire';
import type { FrameSink } from '../session/client-connection.ts';
import { Connection } from './connection.ts';
import type { Connections } from './connections.ts';

const owner = Symbol('connection');
/** The listeners are the same functions for all sockets; the socket knows its connection. */
type OwnedSocket = Socket & { [owner]: TcpConnection };

/** Frames as they are, on a TCP stream. */
export class TcpConnection extends Connection {
  readonly framing = 'stream';
  readonly #decoder = new FrameDecoder(limits.maxFirstBodyBytes);

  constructor(socket: Socket, connections: Connections, sink: FrameSink) {
    super(socket, connections, sink);
    (socket as OwnedSocket)[owner] = this;
    socket.setNoDelay(true);
    socket.on('data', onData);
    socket.on('drain', onDrain);
    socket.on('error', onError);
    socket.on('close', onClose);
    connections.opened(this);
  }

  received(chunk: Uint8Array): void {
    if (!this.isOpen) return;
    try {
      for (const { id, body } of this.#decoder.push(chunk)) {
        this.#decoder.maxBodyBytes = limits.maxBodyBytes;
        this.take(id, body);
      }
    } catch (error) {
      this.fault(error);
    }
  }

  protected setReading(reading: boolean): void {
    if (reading) this.socket.resume();
    else this.socket.pause();
  }

  protected end(): void {
    this.socket.end();
  }
}

function onData(this: Socket, chunk: Buffer): void {
  (this as OwnedSocket)[owner].received(chunk);
}

function onDrain(this: Socket): void {
  (this as OwnedSocket)[owner].drained();
}

function onClose(this: Socket): void {
  (this as OwnedSocket)[owner].gone();
}

/** `close` follows and says all there is to know. */
function onError(): void {}
