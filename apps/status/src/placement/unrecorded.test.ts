import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NodeRecord } from './node-record.ts';
import { UnrecordedPlaces } from './unrecorded.ts';

const placeMs = 15_000;
const nodeWith = (connections: number, reserved: number) =>
  ({ name: 'a', epoch: 1, connections, reserved }) as NodeRecord;

test('while the registry is away whoever is on the way to a node counts there until they have arrived, whatever it reports', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('place' as const, 'arrive' as const, 'report' as const), { minLength: 1 }),
      (acts) => {
        const node = nodeWith(10, 0);
        const places = new UnrecordedPlaces(placeMs);
        let [placed, arrived] = [0, 0];
        for (const [at, act] of acts.entries()) {
          if (act === 'place') {
            places.add(node, `${at}.web`, at);
            placed++;
          } else if (act === 'arrive') arrived = Math.min(placed, arrived + 1);
          else places.observe(node, 10 + arrived, at);
          assert.equal(node.connections + node.reserved, 10 + placed);
        }
      },
    ),
  );
});

test('whoever does not come counts as long as the ticket lasts; so do those whom the registry knew of', () => {
  const node = nodeWith(10, 2);
  const places = new UnrecordedPlaces(placeMs);
  places.observe(node, 10, 0);
  assert.equal(node.reserved, 2);
  places.add(node, '1.web', 1_000);
  assert.equal(node.reserved, 3);
  places.observe(node, 8, placeMs);
  assert.deepEqual([node.connections, node.reserved], [8, 1]);
  places.observe(node, 8, placeMs + 1_000);
  assert.equal(node.reserved, 0);
});

test('whoever asks again counts where they were placed last', () => {
  const [one, other] = [nodeWith(1, 0), { ...nodeWith(1, 0), name: 'b' }];
  const places = new UnrecordedPlaces(placeMs);
  places.add(one, '1.web', 0);
  places.add(one, '1.web', 1);
  assert.equal(one.reserved, 1);
  places.add(other, '1.web', 2);
  assert.deepEqual([one.reserved, other.reserved], [0, 1]);
});

test('once the registry counts again it is what it says', () => {
  const places = new UnrecordedPlaces(placeMs);
  places.add(nodeWith(10, 0), '1.web', 0);
  places.forget();
  const known = nodeWith(11, 4);
  places.observe(known, 11, 1);
  assert.equal(known.reserved, 4);
});
