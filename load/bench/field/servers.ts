import { createHmac } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@berth/stores';
import type { Dialect, LightPlan, LightTarget } from '../../light/light-loader.ts';
import type { ProcessGroups } from '../../machine/process-cpu.ts';
import { startPeer } from '../processes.ts';
import { startEjabberd, startRabbitMq } from './erlang-servers.ts';
import { buildGoModule, type GoModule } from './go-module.ts';
import { type StartedServer, startServer } from './server-process.ts';

/** A server that runs, and how the loader talks to it. */
export interface RunningPeer {
  dialect: Dialect;
  processes: ProcessGroups;
  /** The connections of `rooms` rooms of `size` members each, those of a room one after the other. */
  targets(
    rooms: number,
    size: number,
    pattern: LightPlan['pattern'],
  ): Promise<LightTarget[] | AsyncIterable<LightTarget[]>>;
  stop(): Promise<void>;
}

export interface FieldPeer {
  name: string;
  /** What it does not do of what a chat needs: said in its row. */
  lacks: string;
  start(say: (line: string) => void): Promise<RunningPeer>;
}

const nats: GoModule = {
  path: 'github.com/nats-io/nats-server/v2',
  version: '2.15.2',
  command: 'nats-server',
};
const centrifugo: GoModule = {
  path: 'github.com/centrifugal/centrifugo/v6',
  version: '6.9.1',
  command: 'centrifugo',
};

const forgets = 'no store, no dedupe, order of the server alone';

export const fieldPeers: FieldPeer[] = [
  { name: 'bare relay', lacks: forgets, start: () => startNode('relay', 'relay') },
  { name: 'ws', lacks: forgets, start: () => startNode('ws', 'relay') },
  { name: 'socket.io 4.8', lacks: forgets, start: () => startNode('socket-io', 'socket.io') },
  { name: `nats-server ${nats.version}`, lacks: forgets, start: (say) => startNats(say, false) },
  {
    name: `nats-server ${nats.version}, JetStream, file, sync always`,
    lacks: 'delivered before it is stored; no dedupe asked for',
    start: (say) => startNats(say, true),
  },
  {
    name: `Centrifugo ${centrifugo.version}, memory`,
    lacks: forgets,
    start: startCentrifugo,
  },
  {
    name: 'RabbitMQ 3.10 (Debian), topic exchange, STOMP',
    lacks: 'no dedupe, no seq; a queue in memory for each receiver, nothing of it stored',
    start: async (say) => inDialect('stomp', await startRabbitMq(say)),
  },
  {
    name: 'ejabberd 23.01 (Debian), rooms, XMPP',
    lacks: 'no store without mod_mam, no dedupe, order of the room alone; acknowledged is what comes back',
    start: async (say) => inDialect('xmpp', await startEjabberd(say)),
  },
];

const inDialect = (
  dialect: Dialect,
  { port, processes, stop }: StartedServer & { port: number },
): RunningPeer => ({
  ...{ dialect, processes, stop },
  targets: inRooms((room) => ({ port, token: '-', conversation: room })),
});

async function startNode(file: 'relay' | 'ws' | 'socket-io', dialect: Dialect): Promise<RunningPeer> {
  const { port, pid, stop } = await startPeer(file);
  const targets = inRooms((room) => ({ port, token: '-', conversation: room }));
  return { dialect, processes: { server: [pid] }, targets, stop };
}

const inRooms =
  (target: (room: string, index: number) => LightTarget): RunningPeer['targets'] =>
  async (rooms, size) =>
    Array.from({ length: rooms * size }, (_, index) => target(`room-${Math.floor(index / size)}`, index));

async function startNats(say: (line: string) => void, isStored: boolean): Promise<RunningPeer> {
  const binary = await buildGoModule(nats, say);
  const folder = await mkdtemp(join(tmpdir(), 'berth-nats-'));
  const [port] = await freePorts(1);
  const store = `jetstream { store_dir: "${folder}", sync_interval: always }\n`;
  await writeFile(join(folder, 'nats.conf'), `listen: 127.0.0.1:${port}\n${isStored ? store : ''}`);
  const server = await startServer(binary, ['-c', join(folder, 'nats.conf')], port!, folder);
  if (isStored) await createStream(port!);
  return {
    dialect: 'nats',
    processes: server.processes,
    targets: inRooms((room) => ({
      ...{ port: port!, token: isStored ? 'jetstream' : 'core', conversation: `bench.${room}` },
    })),
    stop: server.stop,
  };
}

/** A stream of everything below `bench`, by the server's own API. */
async function createStream(port: number): Promise<void> {
  const stream = JSON.stringify({ name: 'bench', subjects: ['bench.>'], storage: 'file' });
  const socket = connect(port, '127.0.0.1');
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nats-server makes no stream')), 10_000);
      let said = '';
      socket.on('data', (chunk) => {
        said += chunk;
        if (!/MSG _INBOX\.bench 1 \d+\r\n.*\r\n/.test(said)) return;
        clearTimeout(timer);
        if (said.includes('"error"')) reject(new Error(`nats-server makes no stream: ${said}`));
        else resolve();
      });
      socket.once('error', reject);
      socket.write(
        `CONNECT {"verbose":false}\r\nSUB _INBOX.bench 1\r\nPUB $JS.API.STREAM.CREATE.bench _INBOX.bench ${stream.length}\r\n${stream}\r\n`,
      );
    });
  } finally {
    socket.destroy();
  }
}

async function startCentrifugo(say: (line: string) => void): Promise<RunningPeer> {
  const binary = await buildGoModule(centrifugo, say);
  const folder = await mkdtemp(join(tmpdir(), 'berth-centrifugo-'));
  const [port] = await freePorts(1);
  const secret = 'of the benchmark';
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      http_server: { address: '127.0.0.1', port: String(port) },
      client: { token: { hmac_secret_key: secret }, channel_limit: 1_000 },
      channel: {
        without_namespace: { allow_subscribe_for_client: true, allow_publish_for_subscriber: true },
      },
    }),
  );
  const server = await startServer(binary, ['-c', join(folder, 'config.json')], port!, folder);
  return {
    dialect: 'centrifugo',
    processes: server.processes,
    targets: inRooms((room, index) => ({
      ...{ port: port!, token: signToken(`${room}-${index}`, secret), conversation: room },
    })),
    stop: server.stop,
  };
}

function signToken(sub: string, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
