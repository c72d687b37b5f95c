import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMysqlUrl } from './mysql-url.ts';

test('each form says what it means', () => {
  const ann = { host: 'h', port: 3306, user: 'ann', password: 'pw', database: 'berth' };
  assert.deepEqual(parseMysqlUrl('mysql://ann:pw@h/berth'), ann);
  assert.deepEqual(parseMysqlUrl('MySQL://ann:pw@h:3307/berth'), { ...ann, port: 3307 });
  assert.deepEqual(parseMysqlUrl('mysql://ann@h/berth'), { ...ann, password: '' });
  assert.deepEqual(parseMysqlUrl('mysql://ann:pw@[2001:db8::7]:1/berth'), {
    ...ann,
    host: '2001:db8::7',
    port: 1,
  });
});

test('what is not understood is refused by name, and nothing of it is shown', () => {
  const cases: [string, RegExp][] = [
    ['postgres://hush', /expected mysql/],
    ['mysql://h/hush', /no user/],
    ['mysql://:hush@h/berth', /no user/],
    ['mysql://ann:hush@h', /no database/],
    ['mysql://ann:hush@h/', /no database/],
    ['mysql://ann:hush@/berth', /no host/],
    ['mysql://ann:hush@::1/berth', /brackets/],
    ['mysql://ann:hu/sh@h/berth', /percent-encoded/],
    ['mysql://ann:hu:sh@h/berth', /percent-encoded/],
    ['mysql://ann:hush%@h/berth', /percent-encoding/],
    ['mysql://ann:hush@h:0/berth', /port/],
    ['mysql://ann:hush@h:/berth', /port/],
    ['mysql://ann:hush@h/berth?ssl=true', /nothing after the database/],
    ['mysql://ann:hush@h/berth/more', /nothing after the database/],
  ];
  for (const [url, expected] of cases) {
    assert.throws(
      () => parseMysqlUrl(url),
      (error: Error) => expected.test(error.message) && !error.message.includes('hush'),
      url,
    );
  }
});

test('any user, password and database come back when they are percent-encoded', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(text, text, text, (user, password, database) => {
      const [u, p, d] = [user, password, database].map(encodeURIComponent);
      const read = parseMysqlUrl(`mysql://${u}:${p}@h:1/${d}`);
      assert.deepEqual(read, { host: 'h', port: 1, user, password, database });
    }),
  );
});
