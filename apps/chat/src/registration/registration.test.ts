import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useChatFleet } from '../chat-fleet.fixture.ts';

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
