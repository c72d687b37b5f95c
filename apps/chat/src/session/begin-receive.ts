import type { TraceSpan, Tracing } from '@berth/telemetry';

/** Of a request: from its frame to its answer. `name`: what its dialect calls it. */
export const beginReceive = (tracing: Tracing, name: string, bytes: number): TraceSpan | undefined =>
  tracing.chooses()
    ? tracing.begin('frame.receive', { 'berth.frame': name, 'berth.frame.bytes': bytes })
    : undefined;
