/** The numbers that the rules go by. Both forms of the rules take them: placement/*.ts and registry/lua/*.lua. */
export interface Rules {
  /** A node whose last report is older is not there. */
  leaseMs: number;
  reservationMs: number;
  /** Hellos per second and node, at most. */
  admissionRate: number;
  /** A new node's rate grows over this long... */
  rampMs: number;
  /** ...from this part of its full rate. */
  rampFrom: number;
  /** Event-loop delay (p99) up to which the full rate is given; twice as much halves it. */
  loopTargetMs: number;
  /** A node may be given this many seconds of its rate at once... */
  burstSeconds: number;
  /** ...and always this many log-ins, which no node minds. */
  burstLeast: number;
  /** Unused reservations from which a node may be suspended; from a quarter of it on they lower its rate. */
  unclaimedMin: number;
  /** Part of its recent reservations that must have gone unused for that. */
  unclaimedShare: number;
  suspendMs: number;
  /** `packed` fills nodes up to this load before it goes by least load. */
  packedFill: number;
  /** K: nodes compared for one placement, at most. */
  looks: number;
}

export const defaultRules: Rules = {
  leaseMs: 5_000,
  reservationMs: 15_000,
  admissionRate: 500,
  rampMs: 30_000,
  rampFrom: 0.1,
  loopTargetMs: 50,
  burstSeconds: 0.1,
  burstLeast: 10,
  unclaimedMin: 20,
  unclaimedShare: 0.9,
  suspendMs: 30_000,
  packedFill: 0.85,
  looks: 16,
};

/** The first argument of every script of the registry: the numbers in the order of its prelude. */
export function rulesArgument(rules: Rules): string {
  return [
    rules.leaseMs,
    rules.reservationMs,
    rules.admissionRate,
    rules.rampMs,
    rules.rampFrom,
    rules.loopTargetMs,
    rules.burstSeconds,
    rules.burstLeast,
    rules.unclaimedMin,
    rules.unclaimedShare,
    rules.suspendMs,
    rules.packedFill,
    rules.looks,
  ].join(' ');
}
