import type { Socket } from 'node:net';
import { type CloseReason, closeCodes, FrameError, framesOf, limits } from '@berth/wire';
import type { RawData, WebSocket } from 'ws';
import type { FrameSink } from '../session/client-connection.ts';
import { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import { type MessageReceiver, WholeMessages } from './whole-messages.ts';

const owner = Symbol('connection');
type Owned<T> = T & { [owner]: WebSocketConnection };

type DataListener = (this: Socket, bytes: Buffer) => void;

/**
 * Whole frames in binary messages. Messages of one frame are read here, all else by `ws`; what is written goes to the socket in
 * messages that we lay out.
 */
export class WebSocketConnection extends Connection implements MessageReceiver {
  readonly framing = 'messages';
  readonly #webSocket: WebSocket;
  readonly #messages = new WholeMessages(this);
  /** How `ws` hears what came; undefined once it has given up. */
  #general: DataListener | undefined;

  constructor(webSocket: WebSocket, socket: Socket, connections: Connections, sink: FrameSink) {
    super(socket, connections, sink);
    this.#webSocket = webSocket;
    (webSocket as Owned<WebSocket>)[owner] = this;
    (socket as Owned<Socket>)[owner] = this;
    webSocket.on('message', onMessage);
    webSocket.on('ping', onPing);
    webSocket.on('error', onError);
    webSocket.on('close', onClose);
    const [general] = socket.listeners('data') as DataListener[];
    this.#general = general!;
    socket.off('data', general!);
    socket.on('data', onData);
    socket.on('drain', onDrain);
    connections.opened(this);
  }

  came(bytes: Buffer): void {
    this.#messages.read(bytes);
  }

  rest(bytes: Buffer): void {
    this.#general?.call(this.socket, bytes);
  }

  whole(message: Buffer): void {
    this.received(message, true);
  }

  received(message: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return;
    try {
      if (!isBinary) throw new FrameError('a text message');
      const { headerBytes } = limits;
      // Most messages are one frame.
      if (message.length >= headerBytes && message.length === headerBytes + message.readUInt16BE(2))
        this.take(message.readUInt16BE(0), message.subarray(headerBytes));
      else for (const { id, body } of framesOf(message)) this.take(id, body);
    } catch (error) {
      this.fault(error);
    }
  }

  /** `ws` has answered it; it counts as a frame. */
  pinged(): void {
    if (!this.isOpen) return;
    if (!this.spend()) this.close('flood');
  }

  /** `ws` has closed it with the code that fits, and hears no more; `close` follows. */
  failed(): void {
    this.#general = undefined;
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

function onData(this: Socket, bytes: Buffer): void {
  (this as Owned<Socket>)[owner].came(bytes);
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

function onError(this: WebSocket): void {
  (this as Owned<WebSocket>)[owner].failed();
}
