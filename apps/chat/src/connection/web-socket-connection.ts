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

/** What `ws` makes of a socket; undefined when that is at its end. */
type MakeGeneral = (socket: Socket) => WebSocket | undefined;

/**
 * Whole frames in binary messages. Messages of one frame are read here, all else by `ws`, of which there is nothing before it is
 * needed: an idle connection costs less than half without. What is written goes to the socket in messages that we lay out.
 */
export class WebSocketConnection extends Connection implements MessageReceiver {
  readonly framing = 'messages';
  readonly #makeGeneral: MakeGeneral;
  readonly #messages = new WholeMessages(this);
  #webSocket: WebSocket | undefined = undefined;
  /** How `ws` hears what came; undefined before it is needed, and once it has given up. */
  #general: DataListener | undefined = undefined;

  constructor(socket: Socket, connections: Connections, sink: FrameSink, makeGeneral: MakeGeneral) {
    super(socket, connections, sink);
    this.#makeGeneral = makeGeneral;
    (socket as Owned<Socket>)[owner] = this;
    socket.on('data', onData);
    socket.on('drain', onDrain);
    socket.on('close', onSocketClose);
    connections.opened(this);
  }

  came(bytes: Buffer): void {
    this.#messages.read(bytes);
  }

  rest(bytes: Buffer): void {
    if (this.#webSocket === undefined) this.makeGeneral();
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

  /** The socket is closed; what `ws` has of it is told before it says so. */
  socketClosed(): void {
    if (this.#webSocket === undefined) this.gone();
  }

  makeGeneral(): WebSocket | undefined {
    const { socket } = this;
    const webSocket = this.#makeGeneral(socket);
    if (webSocket === undefined) return undefined;
    this.#webSocket = webSocket;
    (webSocket as Owned<WebSocket>)[owner] = this;
    webSocket.on('message', onMessage);
    webSocket.on('ping', onPing);
    webSocket.on('error', onError);
    webSocket.on('close', onClose);
    this.#general = (socket.listeners('data') as DataListener[]).find((listener) => listener !== onData);
    if (this.#general !== undefined) socket.off('data', this.#general);
    return webSocket;
  }

  protected setReading(reading: boolean): void {
    const reader = this.#webSocket ?? this.socket;
    if (reading) reader.resume();
    else reader.pause();
  }

  protected end(reason: CloseReason): void {
    const { code, meaning } = closeCodes[reason];
    (this.#webSocket ?? this.makeGeneral())?.close(code, meaning);
  }
}

function onData(this: Socket, bytes: Buffer): void {
  (this as Owned<Socket>)[owner].came(bytes);
}

function onSocketClose(this: Socket): void {
  (this as Owned<Socket>)[owner].socketClosed();
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
