import type { Log } from '@berth/telemetry';
import type { ChatConfig } from './config.ts';
import { Connections } from './connection/connections.ts';
import { Listener } from './connection/listener.ts';
import { TcpConnection } from './connection/tcp-connection.ts';
import { WebSocketUpgrade } from './connection/web-socket-upgrade.ts';
import type { LiveMetrics } from './metrics.ts';
import type { Reception } from './session/reception.ts';

/** Requests of one connection that may wait for answers before it is no longer read. */
const maxInFlight = 128;
/** Connections beyond the capacity: strangers, and those that are closing. */
const spareConnections = (capacity: number): number => Math.max(2_000, Math.ceil(capacity / 4));

/** Where clients come in. */
export interface Doors {
  readonly connections: Connections;
  /** Answers with the ports bound. */
  open(): Promise<{ tcp: number; webSocket: number }>;
  /** Nobody new comes in; who is here stays. */
  shut(): void;
}

/** The TCP and the WebSocket listener; every connection is heard by the reception first. */
export function createDoors(
  config: ChatConfig,
  { reception, observe, log }: { reception: Reception; observe: LiveMetrics; log: Log },
): Doors {
  const connections = new Connections({
    ...config,
    maxInFlight,
    maxConnections: config.capacity + spareConnections(config.capacity),
    onClose: observe.closed,
    onFault: (error) => log.error({ err: error }, 'a frame was not handled'),
  });
  const headerTimeoutMs = config.firstFrameTimeoutMs;
  const { proxyProtocol } = config;
  const tcp = new Listener({
    ...config.tcp,
    proxyProtocol,
    headerTimeoutMs,
    onSocket: (socket) => {
      if (connections.isFull) socket.destroy();
      else new TcpConnection(socket, connections, reception);
    },
  });
  const upgrade = new WebSocketUpgrade({
    connections,
    allowedOrigins: config.webSocket.allowedOrigins,
    headerTimeoutMs,
    reception,
  });
  const webSocket = new Listener({
    ...config.webSocket,
    proxyProtocol,
    headerTimeoutMs,
    onSocket: (socket) => upgrade.take(socket),
  });
  return {
    connections,
    async open() {
      await Promise.all([tcp.start(), webSocket.start()]);
      return { tcp: tcp.port, webSocket: webSocket.port };
    },
    shut() {
      tcp.close();
      webSocket.close();
      upgrade.close();
    },
  };
}
