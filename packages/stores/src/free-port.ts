import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net';
import process from 'node:process';

/**
 * Below it lie ports that servers of this machine have by agreement, all that `fetch` and browsers refuse (10080 is the
 * last), and those of a cluster on this machine, which may be starting beside: 10260 is its last.
 */
const lowest = 10_261;
/** From here on such a cluster has node ports: nobody listens there, and yet connections go to its pods. */
const firstNodePort = 30_000;
const attempts = 100;

/** A TCP port on 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return (await freePorts(1))[0]!;
}

/**
 * Several of them, all different. On Linux none of them was given to this process before, or to another one that lives: what is
 * to listen there takes its time, and may be started again. Where the machine leaves room they are none of those that it
 * gives to outgoing connections, one of which could take a port before its server listens, or while that is down: a client
 * that tries to reach it again may even be connected to itself.
 */
export async function freePorts(count: number): Promise<number[]> {
  const end = Math.min(firstEphemeralPort(), firstNodePort);
  const servers: Server[] = [];
  for (let i = 0; i < count; i++) servers.push(await listenBelow(end));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** 0 where it is not known. */
function firstEphemeralPort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)[0]);
  } catch {
    return 0;
  }
}

async function listenBelow(end: number): Promise<Server> {
  for (let attempt = 0; attempt < attempts && end > lowest; attempt++) {
    try {
      const server = await listen({ port: randomInt(lowest, end), host: '127.0.0.1' });
      if (await isReserved((server.address() as AddressInfo).port)) return server;
      server.close();
    } catch {
      // Somebody listens there.
    }
  }
  return listen({ port: 0, host: '127.0.0.1' });
}

/** Takes a name that stands for the port, which the kernel takes back when this process ends; false when it is taken. */
async function isReserved(port: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    (await listen({ path: `\0berth-port-${port}` })).unref();
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE';
  }
}

function listen(where: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(where, () => resolve(server));
  });
}
