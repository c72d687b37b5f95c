import type { Log } from '@berth/telemetry';
import type { ChatConfig } from './config.ts';
import { Connections } from './connection/connections.ts';
import { Listener } from './connection/listener.ts';
import { TcpConnection } from './connection/tcp-connection.ts';
import { WebSocketUpgrade } from './connection/web-socket-upgrade.ts';
import type { LiveMetrics } from './metrics.ts';
import type { FrameSink } from './session/client-connection.ts';

/** Requests of one connection that may wait for answers before it is no longer read. */
const maxInFlight = 128;
/** Bytes of their bodies: four of the longest. */
const maxInFlightBytes = 262_144;
/** Connections beyond the capacity: strangers, and those that are closing. */
const spareConnections = (capacity: number): number => Math.max(2_000, Math.ceil(capacity / 4));
/** The part of all strangers that may come from one network once there is no room. */
const strangersShare = 0.1;

export interface DoorsParts {
  reception: FrameSink;
  observe: Pick<LiveMetrics, 'closed' | 'strangerCut'>;
  log: Log;
  /** Sockets that have not begun to log in. Default: a quarter of the capacity, 2,000 at least. */
  maxStrangers?: number;
}

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
  { reception, observe, log, maxStrangers = spareConnections(config.capacity) }: DoorsParts,
): Doors {
  const connections = new Connections({
    ...config,
    maxInFlight,
    maxInFlightBytes,
    strangers: {
      max: maxStrangers,
      share: Math.ceil(maxStrangers * strangersShare),
      onCut: observe.strangerCut,
    },
    maxConnections: config.capacity + spareConnections(config.capacity),
    onClose: observe.closed,
    onFault: (error) => log.error({ err: error }, 'a frame was not handled'),
  });
  const headerTimeoutMs = config.firstFrameTimeoutMs;
  const { proxyProtocol } = config;
  const { strangers } = connections;
  const tcp = new Listener({
    ...config.tcp,
    proxyProtocol,
    headerTimeoutMs,
    strangers,
    onSocket: (socket) => {
      if (connections.isFull) socket.destroy();
      else new TcpConnection(socket, connections, reception);
    },
  });
  const upgrade = new WebSocketUpgrade({
    connections,
    allowedOrigins: config.webSocket.allowedOrigins,
    clientUrl: config.advertised.clientUrl,
    headerTimeoutMs,
    reception,
  });
  const webSocket = new Listener({
    ...config.webSocket,
    proxyProtocol,
    headerTimeoutMs,
    strangers,
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
