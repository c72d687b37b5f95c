import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePorts } from './free-port.ts';

test('ports are all different and free, and none that an outgoing connection may take', async () => {
  const ports = await freePorts(50);
  assert.equal(new Set(ports).size, 50);
  const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .split(/\s+/)
    .map(Number);
  for (const port of ports) {
    if (first! > 10_000) assert.ok(port < first! || port > last!, `${port} is given to outgoing connections`);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  }
});
