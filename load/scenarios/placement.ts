import exec from 'k6/execution';
import grpc from 'k6/net/grpc';
import { metrics, noteError } from './metrics.ts';

/** `host:port` of status, which only the inside of a deployment reaches: a port-forward, or the same machine. */
export const statusAddress = __ENV.BERTH_STATUS || undefined;

/** Folder with `ca.crt`, `tls.crt` and `tls.key`: services speak mutual TLS with each other. */
const tlsFolder = __ENV.BERTH_STATUS_TLS || undefined;
const tls = tlsFolder && {
  cacerts: open(`${tlsFolder}/ca.crt`),
  cert: open(`${tlsFolder}/tls.crt`),
  key: open(`${tlsFolder}/tls.key`),
};

const client = new grpc.Client();
if (statusAddress) client.load([__ENV.BERTH_PROTOS || 'proto'], 'berth/status/v1/status.proto');
let isConnected = false;

/** Reserves a place for nobody: the reservation is let go when its ticket expires, after 15 s. */
export function place(): void {
  if (!isConnected) {
    client.connect(statusAddress!, { ...(tls ? { tls } : { plaintext: true }), timeout: '5s' });
    isConnected = true;
  }
  const startedAt = Date.now();
  const { status, error } = client.invoke(
    'berth.status.v1.StatusService/Place',
    { user_id: 1 + exec.scenario.iterationInTest, device_class: 'k6', session_id: hex(32), generation: 0 },
    { timeout: '5s' },
  );
  if (status === grpc.StatusOK) metrics.berth_place_ms.add(Date.now() - startedAt);
  else noteError('Place', { code: `grpc-${status}`, message: JSON.stringify(error) });
}

const hex = (digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');
