import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRedisUrl } from './redis-url.ts';

const plain = {
  topology: 'single',
  tls: false,
  username: undefined,
  password: undefined,
  db: 0,
  masterName: '',
  sentinelUsername: undefined,
  sentinelPassword: undefined,
};

test('each form says what it means', () => {
  const cases: [string, object][] = [
    ['redis://h', { nodes: [{ host: 'h', port: 6379 }] }],
    ['REDIS://localhost:7000/', { nodes: [{ host: 'localhost', port: 7000 }] }],
    ['redis://[::1]:6380/3', { nodes: [{ host: '::1', port: 6380 }], db: 3 }],
    ['redis://[2001:db8::7]', { nodes: [{ host: '2001:db8::7', port: 6379 }] }],
    ['redis://:ab/cd+e=@h:1', { nodes: [{ host: 'h', port: 1 }], password: 'ab/cd+e=' }],
    ['redis://:a?b@c@h:1', { nodes: [{ host: 'h', port: 1 }], password: 'a?b@c' }],
    [
      'rediss://ann:p%40ss:w@h',
      { tls: true, nodes: [{ host: 'h', port: 6379 }], username: 'ann', password: 'p@ss:w' },
    ],
    [
      'redis+cluster://a:1,[::1]:2',
      {
        topology: 'cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: '::1', port: 2 },
        ],
      },
    ],
    [
      'rediss+sentinel://:p@a,b:2/main/4?sentinelUsername=s&sentinelPassword=x%26y',
      {
        topology: 'sentinel',
        tls: true,
        nodes: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 2 },
        ],
        password: 'p',
        masterName: 'main',
        db: 4,
        sentinelUsername: 's',
        sentinelPassword: 'x&y',
      },
    ],
    [
      'redis+sentinel://a',
      { topology: 'sentinel', nodes: [{ host: 'a', port: 26379 }], masterName: 'mymaster' },
    ],
  ];
  for (const [url, expected] of cases) assert.deepEqual(parseRedisUrl(url), { ...plain, ...expected }, url);
});

test('what is not understood is refused by name, and nothing of it is shown', () => {
  const cases: [string, RegExp][] = [
    ['http://hush:6379', /expected redis/],
    ['redis://', /host or port/],
    ['redis://hush:', /host or port/],
    ['redis://::1:6379', /brackets/],
    ['redis://hush:70000', /port/],
    ['redis://hush:6379/x', /no number/],
    ['redis://hush:6379/0/1', /no number/],
    ['redis://hush:6379/0?timeout=5', /no options/],
    ['redis://hush:6379?tls=true', /no options/],
    ['redis+sentinel://hush/m?db=1', /no options/],
    ['redis://hush@h:6379', /without a password/],
    ['redis://a:1,hush:2', /several hosts/],
    ['redis+cluster://hush:1/2', /only one/],
    ['redis://:hush%@h', /percent-encoding/],
  ];
  for (const [url, expected] of cases) {
    assert.throws(
      () => parseRedisUrl(url),
      (error: Error) => expected.test(error.message) && !error.message.includes('hush'),
      url,
    );
  }
});

test('any user and password come back when they are percent-encoded', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(text, text, (user, password) => {
      const url = `redis://${encodeURIComponent(user)}:${encodeURIComponent(password)}@h:1/2`;
      const { username, password: read, nodes, db } = parseRedisUrl(url);
      assert.deepEqual(
        { username, read, nodes, db },
        { username: user, read: password, nodes: [{ host: 'h', port: 1 }], db: 2 },
      );
    }),
  );
});
