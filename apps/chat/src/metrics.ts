import type { Metrics } from '@berth/telemetry';
import type { CloseReason } from '@berth/wire';
import type { RequestName } from '@berth/wire/requests';
import type { Connections } from './connection/connections.ts';
import type { PeerLinks } from './fleet/peers/peer-links.ts';
import type { RouteKeeper } from './fleet/routes/route-keeper.ts';
import type { SessionIndex } from './session/session-index.ts';

export interface LiveMetrics {
  requested(name: RequestName, code: string, seconds: number): void;
  closed(reason: CloseReason | 'cut'): void;
  /** One who had not begun to log in had to make room. */
  strangerCut(): void;
  loggedIn(code: string): void;
  repaired(messages: number): void;
  /** Sessions were compared with MySQL, and so many had ended without a word. */
  audited(ended: number): void;
  /** A session that was told to go went, or could not. */
  departed(outcome: string): void;
  /** Hellos per second at which placement fills this node. */
  admitted(rate: number): void;
  /** Once the parts are there: what they are asked for when metrics are read. */
  watch(parts: {
    connections: Connections;
    index: SessionIndex;
    links: PeerLinks;
    routes: RouteKeeper;
  }): void;
}

export function createLiveMetrics(metrics: Metrics): LiveMetrics {
  const requests = metrics.requests(
    { name: 'chat_requests_total', help: 'requests by frame and error code' },
    { name: 'chat_request_seconds', help: 'time from a request to its answer' },
  );
  const closes = metrics.counter('chat_closes_total', 'connections closed by this node, by reason', [
    'reason',
  ]);
  const strangers = metrics.counter(
    'chat_strangers_cut_total',
    'sockets that had not begun to log in and had to make room',
  );
  const logIns = metrics.counter('chat_log_ins_total', 'log-ins by error code', ['code']);
  const repairs = metrics.counter(
    'chat_repaired_messages_total',
    'messages found by their heads and pushed late',
  );
  const audits = metrics.counter(
    'chat_audited_sessions_ended_total',
    'sessions that an audit found ended: their revocation did not arrive',
  );
  const departures = metrics.counter(
    'berth_drain_sessions_total',
    'sessions told to go: moved, left, closed by this node, stayed; refused: a place was asked for in vain',
    ['outcome'],
  );
  const admission = metrics.gauge(
    'chat_admission_rate',
    'hellos per second at which placement fills this node',
  );
  return {
    requested: (name, code, took) => requests.ended(name, code, took),
    closed: (reason) => closes.inc({ reason }),
    strangerCut: () => strangers.inc(),
    loggedIn: (code) => logIns.inc({ code }),
    repaired: (messages) => repairs.inc(messages),
    audited: (ended) => audits.inc(ended),
    departed: (outcome) => departures.inc({ outcome }),
    admitted: (rate) => admission.set(rate),
    watch({ connections, index, links, routes }) {
      metrics.gauge('chat_connections', 'open connections', [], () => connections.count);
      metrics.gauge(
        'chat_strangers',
        'sockets that have not begun to log in',
        [],
        () => connections.strangers.count,
      );
      metrics.gauge(
        'chat_requests_in_flight',
        'requests that wait for their answers',
        [],
        () => connections.requests.requests,
      );
      metrics.gauge(
        'chat_requests_in_flight_bytes',
        'bytes of requests, and of answers that wait',
        [],
        () => connections.requests.bytes,
      );
      metrics.gauge('chat_sessions', 'logged-in sessions', [], () => index.count);
      metrics.gauge(
        'chat_unsent_bytes',
        'bytes that receivers have not taken',
        [],
        () => connections.outflow.totalBytes,
      );
      metrics.gauge('chat_peers', 'live nodes beside this one', [], () => links.count);
      metrics.gauge('chat_peers_disconnected', 'live nodes without a stream', [], () => links.disconnected);
      metrics.gauge('chat_peer_queue_bytes', 'bytes waiting for other nodes', [], () => links.queuedBytes);
      metrics.gauge('chat_routes_away', '1 while Redis does not answer for routes', [], () =>
        routes.isAway ? 1 : 0,
      );
    },
  };
}
