import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BerthError, type ErrorCode } from '@berth/client';
import type { LinkPreview } from '@berth/wire/files';
import { previewsOf } from './link-previews.ts';

/** A service whose answers wait until one lets them. */
function makeService() {
  const waiting: { url: string; answer: PromiseWithResolvers<LinkPreview> }[] = [];
  const service = {
    preview: (url: string) => {
      const answer = Promise.withResolvers<LinkPreview>();
      waiting.push({ url, answer });
      return answer.promise;
    },
  };
  const found = (index = 0) => {
    const { url, answer } = waiting.splice(index, 1)[0]!;
    answer.resolve({ url, title: url });
  };
  const refused = (code: ErrorCode) => waiting.shift()!.answer.reject(new BerthError(code));
  return { service, waiting, found, refused };
}

test('a preview is asked for once for all messages that have the link', async () => {
  const { service, waiting, found } = makeService();
  const previews = previewsOf(service);
  assert.equal(previewsOf(service), previews);
  const both = [previews.find('a'), previews.find('a')];
  assert.equal(waiting.length, 1);
  assert.equal(previews.known('a'), undefined);
  found();
  assert.deepEqual(await Promise.all(both), [
    { url: 'a', title: 'a' },
    { url: 'a', title: 'a' },
  ]);
  assert.equal((await previews.find('a'))?.title, 'a');
  assert.equal(previews.known('a')?.title, 'a');
  assert.equal(waiting.length, 0);
});

test('so many are asked for at a time; the others wait their turn', async () => {
  const { service, waiting, found } = makeService();
  const previews = previewsOf(service);
  const all = ['a', 'b', 'c', 'd', 'e'].map((url) => previews.find(url));
  const urls = () => waiting.map(({ url }) => url).join('');
  assert.equal(urls(), 'abc');
  found(1);
  await all[1];
  assert.equal(urls(), 'acd');
  for (let left = 4; left > 0; left--) {
    found();
    await new Promise(setImmediate);
  }
  assert.deepEqual((await Promise.all(all)).map((preview) => preview?.title).join(''), 'abcde');
});

test('that there is none is remembered; that it cannot be told now is not', async () => {
  const { service, waiting, refused } = makeService();
  const previews = previewsOf(service);
  for (const code of ['rate_limited', 'unavailable', 'no_preview'] as const) {
    const finding = previews.find('a');
    assert.equal(waiting.length, 1, code);
    refused(code);
    assert.equal(await finding, null);
  }
  assert.equal(previews.known('a'), null);
  assert.equal(await previews.find('a'), null);
  assert.equal(waiting.length, 0);
});
