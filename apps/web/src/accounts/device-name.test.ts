import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDevice } from './device-name.ts';

test('a device is named after its browser and system', () => {
  const agents: [string, string][] = [
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0',
      'Edge · Windows',
    ],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1', 'Safari · iOS'],
    ['something else', 'Web'],
  ];
  for (const [agent, name] of agents) assert.equal(readDevice(agent).deviceName, name);
});
