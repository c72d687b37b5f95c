import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql, useRedis } from '@berth/fixtures';
import { repairUserWords } from '@berth/mysql/user-words';
import { createRedis } from '@berth/redis';
import { BerthError, type Profile } from '@berth/wire';
import { block } from '../handlers/block.ts';
import { friendAlias } from '../handlers/friend-alias.ts';
import { profileUpdate } from '../handlers/profile-update.ts';
import { searchUser } from '../handlers/search-user.ts';
import { RedisSearchBudget } from '../rates/search-budget.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const store = useRedis();
let made: StoredNode | undefined;
const node = (): StoredNode => {
  made ??= createStoredNode(mysql.url);
  return made;
};
after(() => made?.close());

/** People with these nicks, who have just called themselves so. */
async function people(...nicks: string[]): Promise<Profile[]> {
  const created = await createPeople(mysql.db, nicks.length);
  const named: Profile[] = [];
  for (const [index, nick] of nicks.entries())
    named.push((await node().ask(profileUpdate, 'profileUpdate', created[index]!, { nick })).user);
  return named;
}

const search = async (who: Profile, query: string, limit = 20): Promise<string[]> =>
  (await node().ask(searchUser, 'searchUser', who, { query, limit })).users.map(({ nick }) => nick);

test('people are found by any word of their nick, Chinese ones by any part, and by @name alone', async () => {
  const [ann, mara, wang] = (await people('Ann', 'Mara Quayside', '王小明')) as [Profile, Profile, Profile];
  assert.deepEqual(await search(ann, 'mara'), ['Mara Quayside']);
  assert.deepEqual(await search(ann, 'QUAY'), ['Mara Quayside']);
  assert.deepEqual(await search(ann, 'quayside mar'), ['Mara Quayside']);
  assert.deepEqual(await search(ann, 'uayside'), []);
  assert.deepEqual(await search(ann, '小明'), ['王小明']);
  assert.deepEqual(await search(ann, '@mara'), []);
  assert.deepEqual(await search(ann, `@${mara.name.toUpperCase()}`), ['Mara Quayside']);
  assert.deepEqual(await search(ann, String(wang.id)), ['王小明']);
  assert.deepEqual(await search(ann, `@${wang.id}`), []);
  assert.deepEqual(await search(ann, '@'), []);
  assert.deepEqual(await search(ann, '%'), []);
});

test('who changes the nick is found by the new one, and by the old one no longer', async () => {
  const [ann, bob] = (await people('Ann', 'Bosun Pike')) as [Profile, Profile];
  await node().ask(profileUpdate, 'profileUpdate', bob, { nick: 'Captain Pike' });
  assert.deepEqual(await search(ann, 'bosun'), []);
  assert.deepEqual(await search(ann, 'captain'), ['Captain Pike']);
  // As a node of a version without words does.
  await mysql.db.run("UPDATE users SET nick = 'Admiral Pike' WHERE id = ?", [bob.id]);
  assert.deepEqual(await search(ann, 'captain'), []);
  await repairUserWords(mysql.db, 1_000);
  assert.deepEqual(await search(ann, 'admiral'), ['Admiral Pike']);
});

test('friends come first, also by their alias, then who is called exactly so', async () => {
  const [me, ...others] = (await people('Me', 'Kit', 'Kitty Hawk', 'Old Kit', 'Kite', 'Renamed')) as [
    Profile,
    ...Profile[],
  ];
  assert.deepEqual(await search(me, 'kit'), ['Kit', 'Kite', 'Kitty Hawk', 'Old Kit']);
  await createFriends(mysql.db, me, [others[2]!, others[4]!]);
  await node().ask(friendAlias, 'friendAlias', me, { user: others[4]!.id, alias: 'Kit’s brother' });
  assert.deepEqual(await search(me, 'kit'), ['Renamed', 'Old Kit', 'Kit', 'Kite', 'Kitty Hawk']);
  assert.equal((await search(me, String(others[3]!.id)))[0], 'Kite');
});

test('nobody finds whoever has blocked them; who blocked finds them still', async () => {
  const [ann, eve] = (await people('Hidden Harbour', 'Prying Eve')) as [Profile, Profile];
  await node().ask(block, 'block', ann, { user: eve.id });
  for (const query of ['harbour', `@${ann.name}`, ann.name, String(ann.id)])
    assert.deepEqual(await search(eve, query), [], query);
  assert.deepEqual(await search(ann, 'prying'), ['Prying Eve']);
});

test('what is found comes page by page, each once, and a query finds a hundred at most', async () => {
  const [me, ...crowd] = await createPeople(mysql.db, 131);
  await mysql.db.run("UPDATE users SET nick = CONCAT('Crowd ', id) WHERE id > ?", [me!.id]);
  await repairUserWords(mysql.db, 1_000);
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await node().ask(searchUser, 'searchUser', me!, { query: 'crowd', limit: 20, cursor });
    assert.ok(page.users.length <= 20);
    seen.push(...page.users.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  assert.equal(seen.length, 100);
  assert.equal(new Set(seen).size, 100);
  assert.ok(seen.every((id) => crowd.some((person) => person.id === id)));
  await assert.rejects(node().ask(searchUser, 'searchUser', me!, { query: 'crowd', cursor: 'x' }), {
    code: 'bad_request',
  });
});

const budget = (limits: { perMinute: number; strangersPerDay: number }) =>
  new RedisSearchBudget({ redis: store.redis, ...limits });

const refusedFor = (overMs: number, untilMs: number) => (error: unknown) => {
  assert.ok(error instanceof BerthError && error.code === 'rate_limited');
  return error.retryAfterMs! > overMs && error.retryAfterMs! <= untilMs;
};

test('an account searches so often in a minute, on whatever node', async () => {
  const nodes = [1, 2].map(() => budget({ perMinute: 3, strangersPerDay: 100 }));
  await nodes[0]!.take(7);
  await nodes[1]!.take(7);
  await nodes[0]!.take(7);
  await assert.rejects(nodes[1]!.take(7), refusedFor(0, 60_000));
  await nodes[1]!.take(8);
});

test('an account is shown so many strangers a day, whatever it searches for', async () => {
  const one = budget({ perMinute: 100, strangersPerDay: 5 });
  for (const shown of [2, 2, 2]) {
    await one.take(9);
    await one.spend(9, shown);
  }
  await assert.rejects(one.take(9), refusedFor(60_000, 86_400_000));
});

test('without Redis a node counts for itself', async () => {
  const redis = createRedis('redis://127.0.0.1:1', { commandTimeoutMs: 50 });
  const one = new RedisSearchBudget({ redis, perMinute: 2, strangersPerDay: 5 });
  await one.take(1);
  await one.spend(1, 3);
  await one.take(1);
  await assert.rejects(one.take(1), { code: 'rate_limited' });
  await one.take(2);
  redis.disconnect();
});
