import type { Socket } from 'node:net';
import { type CloseReason, closeCodes, FrameError, framesOf } from '@berth/wire';
import type { RawData, WebSocket } from 'ws';
import type { FrameSink } from '../session/client-connection.ts';
import { Connection } from './connection.ts';
import type { Connections } from './connections.ts';

const owner = Symbol('connection');
type Owned<T> = T & { [owner]: WebSocketConnection };

/** Whole frames in binary messages. `ws` reads; what is written goes to the socket in messages that we lay out. */
export class WebSocketConnection extends Connection {
  readonly framing = 'messages';
  readonly #webSocket: WebSocket;

  constructor(webSocket: WebSocket, socket: Socket, connections: Connections, sink: FrameSink) {
    super(socket, connections, sink);
    this.#webSocket = webSocket;
    (webSocket as Owned<WebSocket>)[owner] = this;
    (socket as Owned<Socket>)[owner] = this;
    webSocket.on('message', onMessage);
    webSocket.on('ping', onPing);
    webSocket.on('error', onError);
    webSocket.on('close', onClose);
    socket.on('drain', onDrain);
    connections.opened(this);
  }

  received(message: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return;
    try {
      if (!isBinary) throw new FrameError('a text message');
      for (const { id, body } of framesOf(message)) this.take(id, body);
    } catch (error) {
      this.fault(error);
    }
  }

  /** `ws` has answered it; it counts as a frame. */
  pinged(): void {
    if (!this.isOpen) return;
    if (!this.spend()) this.close('flood');
  }

  protected setReading(reading: boolean): void {
    if (reading) this.#webSocket.resume();
    else this.#webSocket.pause();
  }

  protected end(reason: CloseReason): void {
    const { code, meaning } = closeCodes[reason];
    this.#webSocket.close(code, meaning);
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  (this as Owned<WebSocket>)[owner].received(data as Buffer, isBinary);
}

function onPing(this: WebSocket): void {
  (this as Owned<WebSocket>)[owner].pinged();
}

function onClose(this: WebSocket): void {
  (this as Owned<WebSocket>)[owner].gone();
}

function onDrain(this: Socket): void {
  (this as Owned<Socket>)[owner].drained();
}

/** `ws` has closed it with the code that fits, and `close` follows. */
function onError(): void {}
