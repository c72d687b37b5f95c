import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostPort, parseHostPort } from './host-port.ts';

test('names, IPv4 and IPv6 addresses are written and read with their ports', () => {
  assert.equal(hostPort('::', 1), '[::]:1');
  assert.equal(hostPort('gate', 1), 'gate:1');
  assert.deepEqual(parseHostPort('[2001:db8::1]:51234'), { host: '2001:db8::1', port: 51_234 });
  assert.deepEqual(parseHostPort('198.51.100.7'), { host: '198.51.100.7', port: undefined });
  for (const text of ['', ':1', 'a:', 'a:b', 'a:70000', '::1:80', '[a]:1', '[::1', 'a/b:1', 'a b:1'])
    assert.equal(parseHostPort(text), undefined, text);
});

test('what was written is read back', () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
      assert.deepEqual(parseHostPort(hostPort(name, port)), { host: name, port });
    }),
  );
});
