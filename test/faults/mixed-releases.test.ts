import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { migrate } from '@berth/mysql';
import { getsIn, nodeOf, seedPeople, settle, verdict } from '../harness/people.ts';
import { Platform } from '../harness/platform.ts';
import { buildRevision, previousRelease } from '../harness/revision.ts';
import { startLoad } from './load.ts';

const present = join(import.meta.dirname, '../..');
const before = await previousRelease(present);

test('20 people talk while each service goes to this release and back: nobody is dropped by a node, nothing is lost', {
  skip: before === undefined && 'the history does not tell which release was before this one',
}, async (t) => {
  const say = (line: string) => t.diagnostic(line);
  const { name, folder: former } = await buildRevision(present, before!, { say });
  t.diagnostic(`the release before is ${name}`);
  const platform = await Platform.start({
    ...{ nodes: 3, statusReplicas: 2, release: former },
    environment: { chat: { DRAIN_SECONDS: '8' } },
  });
  try {
    const load = await startLoad(platform, 20, { changes: true });
    const [guest] = await seedPeople(platform, 1, 'guest');
    const begun = performance.now();
    const seconds = () => Math.round((performance.now() - begun) / 1_000);
    const replace = async (services: string[], root: string) => {
      let most = 0;
      for (const each of services) {
        const service = platform.service(each);
        assert.equal(await service.stop(), 0, `${each} ends in order`);
        service.root = root;
        await service.start();
        await load.more(40);
        most = Math.max(most, new Set(load.devices.map(nodeOf)).size);
      }
      assert.ok(most > 1, 'people talk from node to node');
      // Whoever comes anew is let in by both, too.
      await getsIn(platform, guest!);
      t.diagnostic(`${services} at ${root === former ? name : 'this release'}: ${seconds()} s`);
    };
    await load.more(60);
    // As an upgrade does: the schema first. New nodes then have old gates and replicas of status, and the other way round.
    await migrate(platform.db);
    await load.more(60);
    for (const root of [present, former])
      for (const services of [
        ['chat-1', 'chat-2', 'chat-3'],
        ['status', 'status-2'],
        ['verify', 'gate'],
      ])
        await replace(services, root);
    await load.stop();
    await settle(platform, load.devices, load.conversations);
    assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
    for (const { states, person } of load.devices)
      assert.ok(!states.some(({ kind }) => kind === 'offline'), `${person.name} was dropped`);
    await load.close();
  } finally {
    await platform.close();
  }
});
