import process from 'node:process';
import { after } from 'node:test';
import {
  PlaceRequest,
  type PlaceResponse,
  Revocation,
  type RevokeResponse,
  StatusServiceClient,
} from '@berth/contracts/status';
import { call, channelCredentials, createChannelOptions } from '@berth/grpc';
import { createLog } from '@berth/telemetry';
import { createStatus } from '../app.ts';
import { parseStatusConfig } from '../config.ts';

export interface RunningStatus {
  client: StatusServiceClient;
  /** For user 1 on `web` unless said otherwise. */
  place(request?: Partial<PlaceRequest>): Promise<PlaceResponse>;
  revoke(revocation: Partial<Revocation>): Promise<RevokeResponse>;
  http(path: string, init?: RequestInit): Promise<{ status: number; body: Record<string, unknown> }>;
  /** What it has logged. */
  log: Record<string, unknown>[];
  text(path: string): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

const anyone = {
  userId: 1,
  deviceClass: 'web',
  sessionId: '0123456789abcdef0123456789abcdef',
  generation: 1,
};

/** Starts status replicas on free ports; closed after the last test of the file. */
export function useStatus(): (
  redisUrl: string,
  environment?: Record<string, string>,
) => Promise<RunningStatus> {
  const running: RunningStatus[] = [];
  after(async () => {
    for (const status of running) await status.close();
  });
  return async (redisUrl, environment) => {
    const status = await startStatus(redisUrl, environment);
    running.push(status);
    return status;
  };
}

async function startStatus(
  redisUrl: string,
  environment: Record<string, string> = {},
): Promise<RunningStatus> {
  const config = parseStatusConfig({
    ...{ GRPC_HOST: '127.0.0.1', GRPC_PORT: '0', OPS_HOST: '127.0.0.1', OPS_PORT: '0' },
    REDIS_URL: redisUrl,
    TICKET_SECRET: 'a secret for tests only, of 32 bytes',
    ...environment,
  });
  const logged: Record<string, unknown>[] = [];
  const write = (line: string) => {
    logged.push(JSON.parse(line));
    if (process.env.BERTH_TEST_LOG) process.stderr.write(line);
  };
  const app = createStatus(config, { log: createLog('status', 'info', { write }) });
  await app.start();
  const client = new StatusServiceClient(
    `127.0.0.1:${app.ports.grpc}`,
    channelCredentials(undefined),
    createChannelOptions(),
  );
  const fetchOps = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${app.ports.ops}${path}`, init);
  let open = true;
  return {
    client,
    log: logged,
    place: (request = {}) =>
      call<PlaceRequest, PlaceResponse>(
        client.place.bind(client),
        { ...PlaceRequest.create(), ...anyone, ...request },
        { deadlineMs: 10_000 },
      ),
    revoke: (revocation) =>
      call<Revocation, RevokeResponse>(
        client.revoke.bind(client),
        { ...Revocation.create(), ...revocation },
        { deadlineMs: 10_000 },
      ),
    async http(path, init) {
      const headers = { authorization: `Bearer ${config.operatorToken}`, ...init?.headers };
      const response = await fetchOps(path, { ...init, headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async text(path) {
      const response = await fetchOps(path);
      return { status: response.status, text: await response.text() };
    },
    async close() {
      if (!open) return;
      open = false;
      client.close();
      await app.close();
    },
  };
}
