import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useSmallWeb } from '../fixtures/small-web.ts';
import { LinkPreviews } from './link-previews.ts';

const held: ServerResponse[] = [];
const answer = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Tide</title>');
const small = useSmallWeb((request, response) => {
  if (request.url!.startsWith('/held')) held.push(response);
  else answer(response);
});
const pool = { shrink: () => Promise.reject(new Error('no pictures here')) };
const make = (now: () => number = Date.now) =>
  new LinkPreviews({ web: small.web, pool, now, waitMs: 60_000 });
const rejected = (promise: Promise<unknown>, code: string) => assert.rejects(promise, { code });

test('one user has so many pages read in a minute; what was read already costs nothing', async () => {
  let now = 6_000_000;
  const previews = make(() => now);
  for (let index = 0; index < 60; index++) await previews.of(1, small.at('pier.example', `/${index}`));
  await assert.rejects(previews.of(1, small.at('pier.example', '/60')), {
    code: 'rate_limited',
    retryAfterMs: 60_000,
  });
  await previews.of(1, small.at('pier.example', '/59'));
  await previews.of(2, small.at('pier.example', '/60'));
  await previews.of(1, small.at('pier.example', '/60'));
  now += 60_000;
  await previews.of(1, small.at('pier.example', '/61'));
});

test('one user has so many pages read at a time; others are served meanwhile', async () => {
  const previews = make();
  const waiting = Array.from({ length: 4 }, (_, index) =>
    previews.of(1, small.at('pier.example', `/held/${index}`)),
  );
  await eventually('all are asked for', () => held.length === 4);
  await rejected(previews.of(1, small.at('pier.example', '/free')), 'rate_limited');
  assert.equal((await previews.of(2, small.at('pier.example', '/free'))).title, 'Tide');
  for (const response of held.splice(0)) answer(response);
  assert.equal((await Promise.all(waiting)).length, 4);
  await previews.of(1, small.at('pier.example', '/free-again'));
});

test('so many are read at a time, so many wait their turn, and more are refused', async () => {
  const previews = make();
  const all = Array.from({ length: 72 }, (_, user) =>
    previews.of(user, small.at('pier.example', `/held/of/${user}`)),
  );
  const done = Promise.all(all);
  await eventually('eight are asked for', () => held.length === 8);
  await rejected(previews.of(100, small.at('pier.example', '/held/more')), 'unavailable');
  for (let answered = 0; answered < 72; ) {
    await eventually('the next are asked for', () => held.length > 0);
    answered += held.length;
    for (const response of held.splice(0)) answer(response);
  }
  assert.ok((await done).every(({ title }) => title === 'Tide'));
  await previews.of(100, small.at('pier.example', '/after'));
});

test('what was read is good for an hour, that there is nothing for ten minutes', async () => {
  let now = 6_000_000;
  const previews = make(() => now);
  const asked = async (address: string) => {
    const before = small.asked.length;
    await previews.of(1, address).catch(() => {});
    return small.asked.length - before;
  };
  const [page, nothing] = [small.at('pier.example', '/page'), small.at('inside.example')];
  small.names.set('inside.example', ['10.0.0.1']);
  const looks = () => small.looked.filter((name) => name === 'inside.example').length;
  assert.deepEqual([await asked(page), await asked(page)], [1, 0]);
  await rejected(previews.of(1, nothing), 'no_preview');
  now += 599_000;
  await rejected(previews.of(1, nothing), 'no_preview');
  assert.equal(looks(), 1);
  now += 2_000;
  await rejected(previews.of(1, nothing), 'no_preview');
  assert.equal(looks(), 2);
  assert.equal(await asked(page), 0);
  now += 3_000_000;
  assert.equal(await asked(page), 1);
});

test('when it closes it gives up what it reads', async () => {
  const previews = make();
  const reading = previews.of(1, small.at('pier.example', '/held/closing'));
  await eventually('it is asked for', () => held.length === 1);
  const gone = once(held[0]!, 'close');
  previews.close();
  await rejected(reading, 'no_preview');
  await gone;
  held.length = 0;
});
