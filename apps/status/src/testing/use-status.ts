import { after } from 'node:test';
import { PlaceRequest, type PlaceResponse, StatusServiceClient } from '@berth/contracts/status';
import { call, channelCredentials, createChannelOptions } from '@berth/grpc';
import { createLog } from '@berth/telemetry';
import { createStatus, type Status } from '../app.ts';
import { parseStatusConfig } from '../config.ts';

export interface RunningStatus {
  status: Status;
  client: StatusServiceClient;
  place(request?: Partial<PlaceRequest>): Promise<PlaceResponse>;
  http(path: string, init?: RequestInit): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): Promise<void>;
}

/** Starts status replicas on free ports; closed after the last test of the file. */
export function useStatus(): (
  redisUrl: string,
  environment?: Record<string, string>,
) => Promise<RunningStatus> {
  const running: RunningStatus[] = [];
  after(async () => {
    for (const status of running) await status.close();
  });
  return async (redisUrl, environment = {}) => {
    const status = createStatus(
      parseStatusConfig({
        GRPC_HOST: '127.0.0.1',
        GRPC_PORT: '0',
        OPS_HOST: '127.0.0.1',
        OPS_PORT: '0',
        REDIS_URL: redisUrl,
        TICKET_SECRET: 'a secret for tests only, of 32 bytes',
        ...environment,
      }),
      { log: createLog('status', 'info', { write: (line) => logged?.(line) }) },
    );
    await status.start();
    const client = new StatusServiceClient(
      `127.0.0.1:${status.ports.grpc}`,
      channelCredentials(undefined),
      createChannelOptions(),
    );
    let open = true;
    const entry: RunningStatus = {
      status,
      client,
      place: (request = {}) =>
        call<PlaceRequest, PlaceResponse>(
          client.place.bind(client),
          PlaceRequest.fromPartial({
            userId: 1,
            deviceClass: 'web',
            sessionId: '0123456789abcdef0123456789abcdef',
            generation: 1,
            ...request,
          } as never),
          { deadlineMs: 10_000 },
        ),
      async http(path, init) {
        const response = await fetch(`http://127.0.0.1:${status.ports.ops}${path}`, init);
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      },
      async close() {
        if (!open) return;
        open = false;
        client.close();
        await status.close();
      },
    };
    running.push(entry);
    return entry;
  };
}

const logged = process.env.BERTH_TEST_LOG ? (line: string) => process.stderr.write(line) : undefined;
