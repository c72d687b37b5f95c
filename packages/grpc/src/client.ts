import { isIPv4, isIPv6 } from 'node:net';
import { backoffMs } from '@berth/lifecycle';
import { hostPort, parseHostPort } from '@berth/network';
import type { Tracing } from '@berth/telemetry';
import { toBerthError } from '@berth/wire';
import type { CallOptions, ChannelOptions, ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import { Metadata as GrpcMetadata, status } from '@grpc/grpc-js';
import { fromServiceError } from './errors.ts';

/**
 * The gRPC target of a configured address: `host:port`, whose name is resolved to all its addresses (of a Service of
 * Kubernetes: its own, or those of its pods when it is headless), or a comma-separated list of literal addresses of one
 * family, IPv6 in brackets. Targets as gRPC writes them pass as they are. Throws an Error for anything else, since the library would take it and never connect.
 */
export function targetOf(address: string): string {
  if (/^(dns|ipv4|ipv6|unix|unix-abstract|xds):/.test(address)) return address;
  const items = address.split(',').map((item) => parseHostPort(item.trim()));
  const found = items.filter((item) => item?.port !== undefined) as { host: string; port: number }[];
  if (found.length < items.length) throw new Error('expected host:port, an IPv6 address in brackets');
  const written = found.map(({ host, port }) => hostPort(host, port)).join(',');
  if (found.length === 1) return `dns:///${written}`;
  if (found.every(({ host }) => isIPv4(host))) return `ipv4:${written}`;
  if (found.every(({ host }) => isIPv6(host))) return `ipv6:${written}`;
  throw new Error(
    'a list holds addresses of one family; several hosts by name are one name with several addresses',
  );
}

/** Round robin over all addresses, keepalive every 10 s, reconnects within 2 s. */
export function createChannelOptions(): ChannelOptions {
  return {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 3_000,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    // Replicas that are replaced one after the other change their name's addresses more often than its default of 30 s.
    'grpc.dns_min_time_between_resolutions_ms': 1_000,
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    'grpc.max_send_message_length': 16 * 1024 * 1024,
  };
}

export type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

export interface CallLimits {
  /** Of one attempt. */
  deadlineMs: number;
  /** Above 1 for calls that may be carried out twice. */
  attempts?: number;
  /** An answer `unavailable` is that of one replica, which may be cut off alone: another attempt asks another one. */
  elsewhere?: boolean;
  signal?: AbortSignal;
  /** Of the trace that the callee goes on with. */
  traceparent?: string | undefined;
}

/**
 * Calls a unary method with a deadline. Rejects with BerthError. `method` must be bound to its client. With `attempts`
 * above 1, for calls that may be carried out twice: tried again after a short jittered pause when a replica cannot be
 * reached or does not answer in time (round robin makes it another one); what a replica answered is final, unless `elsewhere`.
 */
export function call<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  limits: CallLimits,
): Promise<Response> {
  return callWith(
    () => method,
    request,
    limits,
    () => {},
  );
}

/** A call as a span of the trace that is under way here, if there is one. */
export async function spanned<T>(
  tracing: Tracing,
  name: string,
  run: (traceparent: string | undefined) => Promise<T>,
): Promise<T> {
  const span = tracing.active?.child(name, { kind: 'client' });
  try {
    const answer = await run(span?.traceparent);
    span?.end();
    return answer;
  } catch (error) {
    span?.end(toBerthError(error).code);
    throw error;
  }
}

/**
 * `method` is asked for before each attempt, and `onUnanswered` is told of each that no replica answered: by when it was
 * due, or at all. What never left, because its channel was closed for another one, is no attempt.
 */
export async function callWith<Request, Response>(
  method: () => UnaryMethod<Request, Response>,
  request: Request,
  { deadlineMs, attempts = 1, elsewhere = false, signal, traceparent }: CallLimits,
  onUnanswered: (isLate: boolean) => void,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await callOnce(method(), request, metadataOf(traceparent), deadlineMs, signal);
    } catch (thrown) {
      const error = thrown as ServiceError;
      const isAnswer = (error.metadata?.get('berth-code').length ?? 0) > 0;
      const isLate = error.code === status.DEADLINE_EXCEEDED;
      const isCutOff = isAnswer && elsewhere && error.code === status.UNAVAILABLE;
      const isAway = isCutOff || (!isAnswer && (isLate || error.code === status.UNAVAILABLE));
      if (isAway) onUnanswered(isLate || isCutOff);
      if (isAway && error.details === neverStarted) attempt--;
      if (!isAway || attempt >= attempts || signal?.aborted) throw fromServiceError(error);
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, { baseMs: 25, maxMs: 200 })));
    }
  }
}

/** The library's words. */
const neverStarted = 'Channel closed before call started';

function metadataOf(traceparent: string | undefined): Metadata {
  const metadata = new GrpcMetadata();
  if (traceparent !== undefined) metadata.set('traceparent', traceparent);
  return metadata;
}

function callOnce<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  metadata: Metadata,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const pending = method(request, metadata, { deadline: Date.now() + deadlineMs }, (error, response) => {
      signal?.removeEventListener('abort', cancel);
      if (error) reject(error);
      else resolve(response);
    });
    const cancel = () => pending.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}
