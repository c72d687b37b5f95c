import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPublicAddress, publicBut } from './public-address.ts';

const hex = (a: number, b: number) => ((a << 8) | b).toString(16);

test('addresses of the public internet are public, and nothing else is', () => {
  for (const address of [
    '1.1.1.1',
    '93.184.215.14',
    '172.15.0.1',
    '172.32.0.1',
    '100.128.0.1',
    '223.255.255.255',
  ])
    assert.ok(isPublicAddress(address), address);
  for (const address of ['2606:4700::1111', '2a00:1450:4001::1', '2001:4860:4860::8888', '3ffe::1'])
    assert.ok(isPublicAddress(address), address);
  const others = [
    ...['0.0.0.0', '0.1.2.3', '10.1.2.3', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254'],
    ...[
      '169.254.169.254',
      '169.254.170.23',
      '172.16.0.1',
      '172.31.255.255',
      '192.0.0.192',
      '192.0.2.1',
      '192.168.1.1',
    ],
    ...[
      '168.63.129.16',
      '198.18.0.1',
      '198.51.100.1',
      '203.0.113.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
    ...[
      '::',
      '::1',
      '::127.0.0.1',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '::ffff:0:8.8.8.8',
      '64:ff9b::a00:1',
    ],
    ...[
      '64:ff9b::808:808',
      '64:ff9b:1::1',
      '100::1',
      '2001::1',
      '2001:10::1',
      '2001:db8::1',
      '2002:a00:1::',
      '3fff::1',
    ],
    ...['4000::1', '5f00::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1'],
    ...[
      'localhost',
      '127.1',
      '0x7f000001',
      '017700000001',
      '2130706433',
      '1.1.1.1:80',
      '[::1]',
      ' 1.1.1.1',
      '',
    ],
  ];
  for (const address of others) assert.ok(!isPublicAddress(address), address);
});

test('whatever holds an IPv4 address by a rule is not public, whichever it holds', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(octet, octet, octet, octet, (a, b, c, d) => {
      const [high, low] = [hex(a, b), hex(c, d)];
      for (const address of [
        ...[
          `::ffff:${a}.${b}.${c}.${d}`,
          `::ffff:${high}:${low}`,
          `::${high}:${low}`,
          `::ffff:0:${high}:${low}`,
        ],
        ...[
          `64:ff9b::${high}:${low}`,
          `64:ff9b:1::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `2001::${high}:${low}`,
        ],
      ])
        assert.ok(!isPublicAddress(address), address);
    }),
  );
});

test('inner networks of IPv4 have no public address, however it is drawn', () => {
  const inner = fc.oneof(
    fc.tuple(fc.constant(10), fc.nat(255)),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 })),
    fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 })),
    ...[fc.constant([192, 168]), fc.constant([169, 254]), fc.tuple(fc.constant(127), fc.nat(255))],
    fc.tuple(fc.integer({ min: 224, max: 255 }), fc.nat(255)),
  );
  fc.assert(
    fc.property(inner, fc.nat(255), fc.nat(255), ([a, b], c, d) => !isPublicAddress(`${a}.${b}.${c}.${d}`)),
  );
});

test('networks that the operator names and addresses of the machine itself are not public', () => {
  const isPublic = publicBut(['93.184.0.0/16', '2a00:1450::/32']);
  assert.deepEqual(
    ['93.184.215.14', '93.185.0.1', '2a00:1450:4001::1', '2a00:1451::1', '10.0.0.1'].map(isPublic),
    [false, true, false, true, false],
  );
  for (const { address } of Object.values(networkInterfaces()).flatMap((each) => each ?? []))
    assert.ok(!isPublic(address), address);
});
