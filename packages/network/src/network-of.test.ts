import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { networkOf } from './network-of.ts';

test('an IPv4 address counts as itself, mapped into IPv6 or not', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::FFFF:c000:207'), '192.0.2.7');
});

test('of an IPv6 address the first 64 bits count, however it is written', () => {
  assert.equal(networkOf('2001:db8:1:2:aaaa::1'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:0DB8:0001:0002:0:0:0:9'), '2001:db8:1:2::/64');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
});

test('what is no address is one client of its own', () => {
  for (const text of ['', 'localhost', '1.2.3', '300.1.1.1', 'x'.repeat(500)])
    assert.equal(networkOf(text), 'unknown');
});

test('two IPv6 addresses are one client exactly when their first 64 bits are the same', () => {
  const groups = (count: number) =>
    fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: count, maxLength: count });
  const addressOf = (...parts: number[][]) =>
    // The first group keeps it clear of the mapped range.
    ['2001', ...parts.flat().map((group) => group.toString(16))].join(':');
  fc.assert(
    fc.property(groups(3), groups(3), groups(4), groups(4), (one, other, left, right) => {
      assert.equal(networkOf(addressOf(one, left)), networkOf(addressOf(one, right)));
      const same = one.every((group, index) => group === other[index]);
      assert.equal(networkOf(addressOf(one, left)) === networkOf(addressOf(other, left)), same);
    }),
  );
});
