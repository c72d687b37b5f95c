/** As in berth.status.v1.NodeState. */
export const nodeStates = { ready: 1, cordoned: 2, draining: 3 } as const;
export type NodeStateName = keyof typeof nodeStates;

/** What an operator or the planner wants of a node. */
export const nodeOrders = { none: 0, cordon: 1, drain: 2 } as const;
export type NodeOrder = keyof typeof nodeOrders;

/** Why a node is passed over; the numbers are those of berth.status.v1.SkipReason. */
export const skipReasons = {
  lease: 1,
  state: 2,
  capacity: 3,
  admission_rate: 4,
  zone: 5,
  version: 6,
  unclaimed: 7,
  avoided: 8,
  suspect: 9,
} as const;
export type SkipReason = keyof typeof skipReasons;

const skipReasonNames = new Map(Object.entries(skipReasons).map(([name, number]) => [number, name]));

export function skipReasonOf(number: number): SkipReason | undefined {
  return skipReasonNames.get(number as 1) as SkipReason | undefined;
}

/** A node as the registry holds it; times in ms of Redis' clock. */
export interface NodeRecord {
  name: string;
  /** Redis TIME in µs at the registration of this boot. */
  epoch: number;
  sequence: number;
  /** As last reported. */
  connections: number;
  /** Live reservations on this boot. */
  reserved: number;
  /** As last reported: of `connections` those that have a place elsewhere, where they count, too. */
  leaving: number;
  capacity: number;
  /** As last reported; a number of nodeStates. */
  state: number;
  suspect: boolean;
  leaseUntilMs: number;
  /** Admission rate: log-ins per second. */
  rate: number;
  /** When its bucket of admission tokens will be full again. */
  fullAtMs: number;
  /** Recent reservations used and not used; halved together when they grow. */
  claims: number;
  misses: number;
  suspendedUntilMs: number;
  /** Hellos per second it can take; 0: the fleet's default. */
  helloRate: number;
  loopDelayP99Ms: number;
  freeMemoryBytes: number;
  reportedAtMs: number;
  /** A number of nodeOrders. */
  order: number;
  zone: string;
  version: string;
}

/** What a node says of itself when it registers, fixed for the stream. */
export interface NodeAddress {
  peerAddress: string;
  clientHost: string;
  clientPort: number;
  clientUrl: string;
}

export const loadOf = (node: Pick<NodeRecord, 'connections' | 'reserved' | 'capacity'>): number =>
  (node.connections + node.reserved) / node.capacity;
