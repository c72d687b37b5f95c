import assert from 'node:assert/strict';
import { promises as dns } from 'node:dns';
import { after, test } from 'node:test';
import { VerifyServiceClient, VerifyServiceService } from '@berth/contracts/verify';
import { eventually } from '@berth/fixtures';
import { BerthError } from '@berth/wire';
import { Server } from '@grpc/grpc-js';
import { call, createChannelOptions, targetOf } from './client.ts';
import { channelCredentials, serverCredentials } from './credentials.ts';
import { bindServer, closeServer, createServerOptions, unary } from './server.ts';

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

/** A replica that answers each call as `answer` does; on a port and an address of this machine's own when told. */
async function startReplica(
  answer: () => Promise<{ resendAfterMs: number; expiresInMs: number }>,
  { port = 0, host = '127.0.0.1' } = {},
) {
  const replica = { port: 0, calls: 0, stop: () => closeServer(server, 0) };
  const server = new Server(createServerOptions());
  server.addService(VerifyServiceService, {
    issue: unary(() => {
      replica.calls++;
      return answer();
    }),
    redeem: unary(async () => ({ result: 0 })),
  });
  replica.port = await bindServer(server, host, port, serverCredentials(undefined));
  closers.push(replica.stop);
  return replica;
}

const createCaller = (ports: number[]) => createCallerOf(ports.map((port) => `127.0.0.1:${port}`).join(','));

function createCallerOf(address: string) {
  const client = new VerifyServiceClient(
    targetOf(address),
    channelCredentials(undefined),
    createChannelOptions(),
  );
  closers.push(() => client.close());
  const request = {
    email: '',
    purpose: 0,
    source: '',
    deliver: false,
    locale: '',
    hasAccount: false,
  } as const;
  return (options: { deadlineMs: number; attempts?: number }) =>
    call(client.issue.bind(client), request, options);
}

const well = async () => ({ resendAfterMs: 1, expiresInMs: 2 });

test('addresses are dialled as they are written, or refused', async () => {
  const replica = await startReplica(well, { host: '::' });
  const { port } = replica;
  for (const address of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `[::1]:${port}`,
    `127.0.0.1:${port}, 127.0.0.1:${port}`,
    `[::1]:${port},[::1]:${port}`,
    `dns:///localhost:${port}`,
  ]) {
    assert.deepEqual(
      await createCallerOf(address)({ deadlineMs: 5_000 }),
      { resendAfterMs: 1, expiresInMs: 2 },
      address,
    );
  }
  for (const address of [
    '',
    'localhost',
    '::1:50051',
    `localhost:${port},localhost:${port}`,
    `127.0.0.1:1,[::1]:1`,
  ])
    assert.throws(() => targetOf(address), /expected host:port|one family/, address);
});

test('calls go to every replica in turn', async () => {
  const replicas = [await startReplica(well), await startReplica(well)];
  const ask = createCaller(replicas.map(({ port }) => port));
  for (let count = 1; count <= 20; count++) await ask({ deadlineMs: 5_000 });
  for (const { calls } of replicas) assert.ok(calls > 0);
});

test('a replica that does not answer costs one deadline, then another one is asked', async () => {
  const [mute, other] = [await startReplica(() => new Promise(() => {})), await startReplica(well)];
  const ask = createCaller([mute.port, other.port]);
  for (let count = 1; count <= 4; count++) {
    assert.deepEqual(await ask({ deadlineMs: 1_000, attempts: 4 }), { resendAfterMs: 1, expiresInMs: 2 });
  }
  assert.ok(mute.calls > 0);
});

test('without further attempts the deadline is the end of it', async () => {
  const mute = await startReplica(() => new Promise(() => {}));
  await assert.rejects(createCaller([mute.port])({ deadlineMs: 100 }), { code: 'deadline' });
  // None where the connection was not there in time.
  assert.ok(mute.calls <= 1, `${mute.calls} calls`);
});

test('a replica that died is passed over; with none left the call is unavailable', async () => {
  const [dying, other] = [await startReplica(well), await startReplica(well)];
  const ask = createCaller([dying.port, other.port]);
  await ask({ deadlineMs: 5_000 });
  await dying.stop();
  for (let count = 1; count <= 10; count++) await ask({ deadlineMs: 5_000, attempts: 3 });
  await other.stop();
  await assert.rejects(ask({ deadlineMs: 1_000, attempts: 2 }), (error: BerthError) => {
    assert.ok(error instanceof BerthError);
    return error.code === 'unavailable';
  });
});

test('what a replica answers is final: a refusal is not asked for again, and comes with its delay', async () => {
  const refusing = await startReplica(async () => {
    throw new BerthError('unavailable', 'Come again.', { retryAfterMs: 1_234 });
  });
  await assert.rejects(createCaller([refusing.port])({ deadlineMs: 5_000, attempts: 5 }), {
    code: 'unavailable',
    message: 'Come again.',
    retryAfterMs: 1_234,
  });
  assert.equal(refusing.calls, 1);
});

test('a name that leads elsewhere, and soon elsewhere again, is followed', async (t) => {
  let at = '127.0.0.2';
  t.mock.method(dns, 'lookup', async () => [{ address: at, family: 4 }]);
  let replica = await startReplica(well, { host: at });
  const { port } = replica;
  const ask = createCallerOf(`status.test:${port}`);
  await ask({ deadlineMs: 5_000 });
  for (const next of ['127.0.0.3', '127.0.0.4']) {
    const former = replica;
    at = next;
    replica = await startReplica(well, { host: at, port });
    await former.stop();
    await eventually(`calls go to ${next}`, () => ask({ deadlineMs: 1_000, attempts: 2 }));
    assert.equal(replica.calls, 1);
  }
});
