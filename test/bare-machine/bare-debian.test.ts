import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePorts } from '@berth/stores';
import { BareDebian, noBareDebian } from './bare-debian.ts';

const skip = noBareDebian() ?? false;
const ports = (await freePorts(2)) as [number, number];
let machine: BareDebian;

before(() => {
  if (!skip) machine = new BareDebian();
});
after(() => machine?.remove());

const isServed = async () => (await fetch(`http://127.0.0.1:${ports[0]}/docs`)).ok;

test('one who is not root is told in one line what to install', { skip }, async () => {
  const start = machine.start('sailor', '/home/sailor/data', ports);
  assert.equal(await start.ended, 1);
  assert.match(
    start.said,
    /^berth: missing on this machine: mariadb-server, redis-server; install them \(Debian: apt-get install -y mariadb-server redis-server\) or set MYSQL_URL and REDIS_URL\n$/m,
  );
  assert.doesNotMatch(start.said, /^\s+at /m);
});

test('root has it installed, and says so; the system’s own servers are left alone', { skip }, async () => {
  const start = machine.start('root', '/root/data', ports);
  await start.running(10 * 60_000);
  assert.match(start.said, /installing mariadb-server and redis-server \(apt-get install -y/);
  assert.ok(await isServed());
  // As the package made it, never started; root's own data are elsewhere.
  assert.equal(machine.ownerOf('/var/lib/mysql').uid, machine.uidOf('mysql'));
  assert.equal(machine.ownerOf('/root/data/mysql').uid, 0);
  start.child.kill('SIGTERM');
  assert.equal(await start.ended, 0);
});

test('one who is not root starts it with what is there', { skip }, async () => {
  const system = machine.ownerOf('/var/lib/mysql');
  const start = machine.start('sailor', '/home/sailor/data', ports);
  await start.running(2 * 60_000);
  assert.ok(await isServed());
  const sailor = machine.uidOf('sailor');
  for (const folder of ['data', 'data/mysql', 'data/redis', 'data/secrets'])
    assert.equal(machine.ownerOf(`/home/sailor/${folder}`).uid, sailor, folder);
  assert.deepEqual(machine.ownerOf('/var/lib/mysql'), system);
  start.child.kill('SIGTERM');
  assert.equal(await start.ended, 0);
});

test('a second start of each finds the data again; another’s folder is refused in one line', {
  skip,
}, async () => {
  for (const [user, data] of [
    ['sailor', '/home/sailor/data'],
    ['root', '/root/data'],
  ] as const) {
    const start = machine.start(user, data, ports);
    await start.running(2 * 60_000);
    assert.doesNotMatch(start.said, /installing/);
    start.child.kill('SIGTERM');
    assert.equal(await start.ended, 0);
  }
  const refused = machine.start('sailor', '/root/data', ports);
  assert.equal(await refused.ended, 1);
  assert.match(refused.said, /^berth: .*\/root\/data.*\n$/);
});
