import assert from 'node:assert/strict';
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useChatFleet } from '../chat-fleet.fixture.ts';
import { Registration, type RegistrationOptions } from './registration.ts';

const fleet = useChatFleet(0);

test('a node is ready once its first report was taken, since nobody is placed on it before', async () => {
  fleet.status.isMute = true;
  const starting = fleet.start('node-1');
  await eventually('it has registered and reports', () => fleet.status.loads.get('node-1'));
  await eventually('its door is open', () => fleet.chat('node-1').ports.ops !== 0);
  const { status: readiness } = await fetch(`http://127.0.0.1:${fleet.chat('node-1').ports.ops}/readyz`);
  assert.equal(readiness, 503);
  assert.equal(fleet.chat('node-1').isReady, false);
  fleet.status.isMute = false;
  await starting;
});

test('a node that was kept from running for longer than an answer may take stays in the registry', async () => {
  await fleet.start('node-2');
  const { stream } = fleet.status.nodes.get('node-2')!;
  const { length: before } = fleet.status.loads.get('node-2')!;
  const until = performance.now() + 4_000;
  while (performance.now() < until);
  await eventually('it reports on', () => fleet.status.loads.get('node-2')!.length > before + 1);
  assert.equal(fleet.status.nodes.get('node-2')!.stream, stream);
  assert.equal(fleet.chat('node-2').isReady, true);
});

test('a name is asked for only a moment after the start, when DNS may know it, and an address at once', async (t) => {
  const lookup = t.mock.method(dns, 'lookup', () => new Promise(() => {}));
  const resolve = t.mock.method(dns.Resolver.prototype, 'resolve', () => new Promise(() => {}));
  syncBuiltinESMExports();
  t.after(() => syncBuiltinESMExports());
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const askedFor = (peerAddress: string, afterMs: number): string[] => {
    for (const mock of [lookup, resolve]) mock.mock.resetCalls();
    const registration = new Registration({
      describe: () => ({ peerAddress }),
    } as unknown as RegistrationOptions);
    registration.start();
    t.mock.timers.tick(afterMs);
    void registration.close();
    return [lookup, resolve].flatMap(({ mock }) => mock.calls.map((call) => call.arguments.join(' ')));
  };
  assert.deepEqual(askedFor('10-0-0-7.berth-chat.berth.svc.cluster.local:50055', 500), []);
  assert.deepEqual(askedFor('10-0-0-7.berth-chat.berth.svc.cluster.local:50055', 1_500), [
    '10-0-0-7.berth-chat.berth.svc.cluster.local SRV',
  ]);
  assert.deepEqual(askedFor('chat-1.example.com:50055', 1_500), ['chat-1.example.com']);
  // An address is there from the start.
  assert.deepEqual(askedFor('127.0.0.1:50055', 0), ['127.0.0.1']);
  assert.deepEqual(askedFor('[::1]:50055', 0), ['::1']);
});
