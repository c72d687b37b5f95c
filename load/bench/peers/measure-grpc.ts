import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface GrpcMeasure {
  /** Messages. */
  perSecond: number;
  /** µs of CPU a message, of both ends. */
  cpuUs: number;
}

const file = join(import.meta.dirname, 'grpc.ts');

/** What grpc-js does between two processes of this machine. */
export async function measureGrpc(kind: 'unary' | 'stream', seconds: number): Promise<GrpcMeasure> {
  const server = fork(file, ['server']);
  try {
    const { port } = await told<{ port: number }>(server);
    const client = fork(file, ['client', kind, String(seconds), String(port)]);
    await told(client);
    const before = await cpuOf(server);
    const report = await told<{ messages: number; cpuUs: number; seconds: number }>(client);
    const serverUs = (await cpuOf(server)) - before;
    return {
      perSecond: report.messages / report.seconds,
      cpuUs: (report.cpuUs + serverUs) / report.messages,
    };
  } finally {
    server.disconnect();
  }
}

async function cpuOf(server: ChildProcess): Promise<number> {
  server.send('cpu');
  return (await told<{ cpuUs: number }>(server)).cpuUs;
}

async function told<T>(child: ChildProcess): Promise<T> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`grpc-js: a process ended with ${code}`);
    }),
  ]);
  return message as T;
}
