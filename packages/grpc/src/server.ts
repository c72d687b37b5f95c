import { hostPort } from '@berth/network';
import type { Tracing } from '@berth/telemetry';
import { toBerthError } from '@berth/wire';
import type {
  ChannelOptions,
  handleUnaryCall,
  Server,
  ServerCredentials,
  ServerUnaryCall,
} from '@grpc/grpc-js';
import { toServiceError } from './errors.ts';

export function createServerOptions(): ChannelOptions {
  return {
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 3_000,
    'grpc.http2.min_ping_interval_without_data_ms': 5_000,
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    'grpc.max_send_message_length': 16 * 1024 * 1024,
  };
}

/** A unary handler from an async function; what it throws is mapped, `onFault` hears of each error. */
export function unary<Request, Response>(
  handle: (request: Request, rpc: ServerUnaryCall<Request, Response>) => Promise<Response>,
  onFault: (error: unknown) => void = () => {},
): handleUnaryCall<Request, Response> {
  return (rpc, callback) => {
    handle(rpc.request, rpc).then(
      (response) => callback(null, response),
      (error: unknown) => {
        onFault(error);
        callback(toServiceError(error));
      },
    );
  };
}

/** A handler that goes on with the caller's trace, if there is one. */
export function traced<Request, Response>(
  tracing: Tracing,
  method: string,
  handle: (request: Request) => Promise<Response>,
): (request: Request, rpc: ServerUnaryCall<Request, Response>) => Promise<Response> {
  if (!tracing.isOn) return handle;
  return async (request, { metadata }) => {
    const span = tracing.follow(metadata.get('traceparent')[0], method, 'server');
    try {
      const response = await tracing.within(span, () => handle(request));
      span?.end();
      return response;
    } catch (error) {
      span?.end(toBerthError(error).code);
      throw error;
    }
  };
}

/** Listens and answers with the port (0 picks a free one). */
export function bindServer(
  server: Server,
  host: string,
  port: number,
  credentials: ServerCredentials,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(hostPort(host.replace(/^\[|\]$/g, ''), port), credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}

/** Lets calls in flight end for at most `graceMs`, then cuts them. */
export function closeServer(server: Server, graceMs = 1_000): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
