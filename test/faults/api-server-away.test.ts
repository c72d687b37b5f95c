import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { FakeApiServer } from '../harness/api-server.ts';
import { nodeOf, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { timeOffline, watchSockets } from '../harness/watched-sockets.ts';
import { startLoad } from './load.ts';

const api = await FakeApiServer.start();
api.replicas = 3;
// Until there are people, nobody plans.
api.leave();
const replicas = ['status', 'status-2'];
const platform = usePlatform({
  ...{ nodes: 3, statusReplicas: 2 },
  environment: {
    // Places are given a few at a time, so that a drain takes its time.
    chat: { DRAIN_SECONDS: '20', HELLO_RATE: '10' },
    status: { ...api.environment, SCALER_MIN: '2', SCALER_MAX: '3', SCALER_CALM_MINUTES: '0' },
  },
});
after(() => api.close());

/** Plans of a replica with that outcome. */
async function plans(replica: string, outcome: 'ok' | 'failed'): Promise<number> {
  const metrics = await (await fetch(`${platform.service(replica).opsUrl}/metrics`)).text();
  return Number(
    new RegExp(`^status_plans_total\\{.*outcome="${outcome}".*\\} (\\d+)$`, 'm').exec(metrics)?.[1] ?? 0,
  );
}

test('the API server goes away and the leader is killed in the midst of a scale-in: people are moved all the same, and the other replica ends it', async (t) => {
  const sockets = watchSockets();
  const load = await startLoad(platform, 60, { client: { WebSocket: sockets.WebSocket } });
  const offline = load.devices.map(({ client }) => timeOffline(client));
  const countOn = (name: string) => load.devices.filter((device) => nodeOf(device) === name).length;
  const { promise: draining, resolve: drains } = Promise.withResolvers<string>();
  api.onEvent = ({ reason, involvedObject }) => {
    if (reason !== 'Draining') return;
    api.leave();
    drains(involvedObject.name);
  };
  api.comeBack();
  const leaver = await eventually(
    'a node is to be emptied',
    () => Promise.race([draining, undefined]),
    60_000,
  );
  const atFirst = countOn(leaver);
  const planned = await Promise.all(replicas.map((replica) => plans(replica, 'ok')));
  const [leader, other] = planned[0]! > 0 ? replicas : replicas.toReversed();
  assert.ok(planned.includes(0), `one has planned: ${planned}`);
  await platform.service(leader!).kill();

  await eventually('nobody is on it', () => countOn(leaver) === 0, 60_000);
  const failedBefore = await plans(other!, 'failed');
  await eventually(
    'the other one has asked in vain',
    async () => (await plans(other!, 'failed')) > failedBefore,
    60_000,
  );
  assert.deepEqual([api.replicas, api.firstToGo], [3, []], 'nothing was scaled meanwhile');
  await load.more(100);

  api.comeBack();
  await eventually('there is one pod fewer', () => api.replicas === 2, 90_000);
  assert.deepEqual(api.firstToGo, [leaver]);
  assert.ok(api.lease!.spec.leaseTransitions > 0, 'the other one leads');
  assert.equal(countOn(leaver), 0);
  assert.equal(await platform.service(leaver).stop(), 0);
  await load.more(100);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  t.diagnostic(
    `${atFirst} of ${load.devices.length} were on it when the API server left; ${api.unanswered} calls were not answered`,
  );
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  assert.equal(sockets.abrupt, 0, 'closed by a node');
  assert.equal(Math.max(...offline.map((ms) => ms())), 0, 'without a connection');
  await load.close();
});
