import type { Target } from './link.ts';

/** What a driver process is told to do; it answers with a `Report`, or with `{held}` once all are connected. */
export type Plan =
  | {
      /** Senders keep so many texts in flight; receivers count. Rates are per second of the measured time. */
      kind: 'talk';
      senders: Target[];
      receivers: Target[];
      inFlight: number;
      textBytes: number;
      warmUpMs: number;
      measureMs: number;
      /** Parse and log everything that comes, on every kind of target alike. */
      recorded?: boolean;
      /** Let the checker judge the logs (Berth alone); users by the order of senders, then receivers. */
      checked?: {
        users: number[];
        conversations: number[];
        intervals: { conversation: number; user: number }[];
      };
    }
  /** Connections that are kept, idle, until the process is let go. */
  | { kind: 'hold'; targets: Target[] };

export interface Report {
  acknowledged: number;
  delivered: number;
  seconds: number;
  /** Milliseconds from send to acknowledgement. */
  ackP50Ms: number;
  ackP99Ms: number;
  violations: string[];
}
