import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseProxyHeader } from './proxy-header.ts';

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

function header(command: number, family: number, addresses: number[], tlvs: number[] = []): Buffer {
  const length = addresses.length + tlvs.length;
  return Buffer.from([
    ...signature,
    0x20 | command,
    family,
    length >> 8,
    length & 0xff,
    ...addresses,
    ...tlvs,
  ]);
}

const overIpv4 = header(1, 0x11, [203, 0, 113, 9, 10, 0, 0, 1, 0xc3, 0x50, 0x1f, 0x9a], [4, 0, 1, 0]);

test('the client of a connection over IPv4 is known, what follows the header is not touched', () => {
  const parsed = parseProxyHeader(Buffer.concat([overIpv4, Buffer.from('hello')]));
  assert.deepEqual(parsed, { client: { address: '203.0.113.9', port: 50_000 }, bytes: overIpv4.length });
});

test('the client of a connection over IPv6 is known', () => {
  const address = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07];
  const parsed = parseProxyHeader(header(1, 0x21, [...address, ...address, 0, 80, 0, 81]));
  assert.deepEqual(parsed, { client: { address: '2001:db8:0:0:0:0:0:7', port: 80 }, bytes: 52 });
});

test('a health check of the proxy itself has no client', () => {
  assert.deepEqual(parseProxyHeader(header(0, 0, [])), { client: undefined, bytes: 16 });
});

test('a header that comes in pieces is waited for', () => {
  for (let length = 0; length < overIpv4.length; length++)
    assert.equal(parseProxyHeader(overIpv4.subarray(0, length)), 'more', `${length} bytes`);
});

test('whatever is no header is refused as soon as that is seen, and nothing else is thrown', () => {
  assert.throws(() => parseProxyHeader(Buffer.from('GET / HTTP/1.1')), RangeError);
  assert.throws(() => parseProxyHeader(Buffer.from('G')), RangeError);
  assert.throws(() => parseProxyHeader(Buffer.from([...signature, 0x11, 0x11, 0, 12])), RangeError);
  assert.throws(() => parseProxyHeader(Buffer.from([...signature, 0x21, 0x11, 0xff, 0xff])), RangeError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (tail) => {
      try {
        parseProxyHeader(Buffer.from([...signature, ...tail]));
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
  );
});
