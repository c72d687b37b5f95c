import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { freePorts } from './free-port.ts';

test('no port is given twice, not to another process either, while whoever has it lives', {
  skip: process.platform !== 'linux',
}, async () => {
  const script = `
    import { freePorts } from ${JSON.stringify(join(import.meta.dirname, 'free-port.ts'))};
    console.log(JSON.stringify(await freePorts(400)));
    process.stdin.resume();`;
  const others = [1, 2].map(() =>
    spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  try {
    const given = await Promise.all(
      others.map(async ({ stdout }) => JSON.parse(String((await once(stdout, 'data'))[0])) as number[]),
    );
    const all = [...given.flat(), ...(await freePorts(400)), ...(await freePorts(400))];
    assert.equal(new Set(all).size, 1_600);
  } finally {
    for (const other of others) other.stdin.end();
  }
});

test('ports are all different and free, and none that an outgoing connection may take', async () => {
  const ports = await freePorts(50);
  assert.equal(new Set(ports).size, 50);
  const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .split(/\s+/)
    .map(Number);
  for (const port of ports) {
    assert.ok(port > 10_260, `${port} may be one that fetch refuses, or a cluster has`);
    if (first! > 11_000) assert.ok(port < 30_000, `${port} may be a node port of a cluster`);
    if (first! > 11_000) assert.ok(port < first! || port > last!, `${port} is given to outgoing connections`);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  }
});
