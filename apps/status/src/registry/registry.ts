import type { Skip } from '../placement/choose.ts';
import type { NodeAddress, NodeOrder, NodeRecord } from '../placement/node-record.ts';
import type { Preference, Wish } from '../placement/strategies/strategy.ts';

export interface Registration {
  name: string;
  /** 0 asks for a new one. */
  bootEpoch: number;
  instance: string;
  capacity: number;
  helloRate: number;
  zone: string;
  version: string;
  address: NodeAddress;
}

export type RegistrationAnswer =
  | { superseded: true }
  | { superseded: false; bootEpoch: number; nowMs: number; order: NodeOrder };

export interface Report {
  sequence: number;
  connections: number;
  /** A number of nodeStates. */
  state: number;
  loopDelayP99Ms: number;
  freeMemoryBytes: number;
  usedReservations: readonly string[];
  /** Default: none. */
  leaving?: number;
}

export type ReportAnswer =
  | { result: 'ok'; nowMs: number; rate: number }
  /** Not above the last sequence: nothing was changed. */
  | { result: 'stale'; nowMs: number }
  /** The registry forgot the node: register again with the same epoch. */
  | { result: 'unknown' }
  | { result: 'superseded' };

export interface PlacementRequest {
  /** `<user>.<device class>.<beginning of the session>`; has at most one reservation, whose id is `<holder>.<nonce>`. */
  holder: string;
  nonce: string;
  wish: Wish;
  preference?: Preference | undefined;
}

export interface Placed {
  chosen: { name: string; bootEpoch: number; expiresAtMs: number; address: NodeAddress } | undefined;
  skips: Skip[];
  /** With nobody chosen: until the next admission token or the end of a suspension, when that is known. */
  waitMs?: number | undefined;
}

export interface KnownNode extends NodeRecord {
  /** 0: open; else the number of a skip reason, as of its last change. */
  bar: number;
  standing: 'listed' | 'lost' | 'left';
  instance: string;
  address: NodeAddress;
}

export interface FleetSnapshot {
  nowMs: number;
  version: number;
  /** As of `News`; 0 when it was emptied and has not begun again. */
  bornMs: number;
  /** Live ones, and those whose end was not noticed yet. */
  reservations: number;
  nodes: KnownNode[];
}

export interface RevocationOrder {
  userId: number;
  sessionIds: string[];
  generation: number;
  reason: string;
}

export type NewsItem =
  | { id: string; kind: 'revocation'; body: RevocationOrder }
  | { id: string; kind: 'order'; body: { node: string; bootEpoch: number; order: NodeOrder } }
  | {
      id: string;
      kind: 'move';
      body: { node: string; bootEpoch: number; sessions: number; avoid: string[] };
    };

export interface News {
  nowMs: number;
  version: number;
  /** When the registry began, new after a flush. */
  bornMs: number;
  items: NewsItem[];
}
