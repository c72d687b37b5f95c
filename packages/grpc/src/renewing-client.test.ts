import assert from 'node:assert/strict';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { VerifyServiceClient, VerifyServiceService } from '@berth/contracts/verify';
import { eventually } from '@berth/fixtures';
import { BerthError } from '@berth/wire';
import { Server } from '@grpc/grpc-js';
import { targetOf } from './client.ts';
import { channelCredentials, serverCredentials } from './credentials.ts';
import { RenewingClient } from './renewing-client.ts';
import { bindServer, closeServer, createServerOptions, unary } from './server.ts';

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

const request = {
  email: '',
  purpose: 0,
  source: '',
  deliver: false,
  locale: '',
  hasAccount: false,
} as const;

async function startReplica(host: string, port = 0) {
  const replica = { port: 0, calls: 0, isCutOff: false, stop: () => closeServer(server, 0) };
  const server = new Server(createServerOptions());
  server.addService(VerifyServiceService, {
    issue: unary(async () => {
      replica.calls++;
      if (replica.isCutOff) throw new BerthError('unavailable');
      return { resendAfterMs: 1, expiresInMs: 2 };
    }),
    redeem: unary(async () => ({ result: 0 })),
  });
  replica.port = await bindServer(server, host, port, serverCredentials(undefined));
  closers.push(replica.stop);
  return replica;
}

/** An address at which nothing is ever answered, as that of a pod that is gone. */
async function startNobody(host: string, port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  server.listen(port, host);
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { connects: () => sockets.size };
}

function createClient(address: string, connectMs?: number) {
  const client = new RenewingClient({
    create: VerifyServiceClient,
    target: targetOf(address),
    credentials: channelCredentials(undefined),
    ...(connectMs !== undefined && { connectMs }),
  });
  closers.push(() => client.close());
  return client;
}

const ask = (client: RenewingClient<VerifyServiceClient>, deadlineMs: number, attempts = 1) =>
  client.call((current) => current.issue.bind(current), request, { deadlineMs, attempts });

/** A name that leads where it is set to. */
function nameAt(t: { mock: typeof test.mock }, address: string) {
  const name = { at: [address], asked: 0 };
  t.mock.method(dns, 'lookup', async () => {
    name.asked++;
    return name.at.map((at) => ({ address: at, family: 4 }));
  });
  return name;
}

/** A client of a replica that has gone: connections are under way to where nobody answers, and the name leads to another. */
async function moved(t: { mock: typeof test.mock }, connectMs: number) {
  const name = nameAt(t, '127.0.0.2');
  const first = await startReplica('127.0.0.2');
  const client = createClient(`verify.test:${first.port}`, connectMs);
  await ask(client, 5_000);
  await first.stop();
  const nobody = await startNobody('127.0.0.2', first.port);
  await eventually('its connection is under way', () => nobody.connects() > 0);
  const second = await startReplica('127.0.0.3', first.port);
  name.at = ['127.0.0.3'];
  return { client, second };
}

test('a name that still leads to nobody is asked for again by the call that was not answered', async (t) => {
  // Only calls find out here: nothing is given up by itself.
  const { client, second } = await moved(t, 60_000);
  await ask(client, 500, 3);
  assert.equal(second.calls, 1);
});

test('a connection that stays under way is given up, before anybody calls', async (t) => {
  const { client, second } = await moved(t, 50);
  await client.reach(5_000);
  await ask(client, 5_000);
  assert.equal(second.calls, 1);
});

test('while one replica answers, that another one has gone is nobody’s loss', async (t) => {
  const name = nameAt(t, '127.0.0.2');
  const replica = await startReplica('127.0.0.2');
  await startNobody('127.0.0.4', replica.port);
  name.at = ['127.0.0.4', '127.0.0.2'];
  const client = createClient(`verify.test:${replica.port}`, 50);
  await ask(client, 5_000);
  const channel = client.current;
  for (let count = 0; count < 20; count++) await ask(client, 5_000);
  assert.equal(client.current, channel);
});

test('with nobody anywhere channels are given up at a slowing pace, and not one for each call', async (t) => {
  const name = nameAt(t, '127.0.0.5');
  const nobody = await startNobody('127.0.0.5', 0).catch(() => undefined);
  assert.ok(nobody);
  const client = createClient('verify.test:1', 60_000);
  name.at = [];
  await Promise.allSettled(Array.from({ length: 200 }, () => ask(client, 20)));
  assert.ok(name.asked <= 3, `asked ${name.asked} times`);
});

test('a stream’s caller gives the channel up; what it still answers ends well', async () => {
  const replica = await startReplica('127.0.0.2');
  const client = createClient(`127.0.0.2:${replica.port}`);
  await ask(client, 5_000);
  const { current } = client;
  const inFlight = ask(client, 5_000);
  client.renew(current);
  assert.notEqual(client.current, current);
  client.renew(current);
  await inFlight;
  await ask(client, 5_000);
});

test('what one replica cannot do another one is asked for, where the caller says so, over one address, too', async (t) => {
  const name = nameAt(t, '127.0.0.2');
  const first = await startReplica('127.0.0.2');
  const second = await startReplica('127.0.0.3', first.port);
  const client = createClient(`verify.test:${first.port}`);
  await ask(client, 5_000);
  first.isCutOff = true;
  name.at = ['127.0.0.3'];
  await assert.rejects(ask(client, 5_000, 3), { code: 'unavailable' });
  assert.equal(second.calls, 0);
  await client.call((current) => current.issue.bind(current), request, {
    ...{ deadlineMs: 5_000, attempts: 3, elsewhere: true },
  });
  assert.equal(second.calls, 1);
});
