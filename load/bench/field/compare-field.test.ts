import assert from 'node:assert/strict';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { compareField } from './compare-field.ts';
import { unpackDebianPackage } from './debian-package.ts';
import { firstTargets } from './first-targets.ts';
import { buildGoModule } from './go-module.ts';
import { MissingPeer } from './missing-peer.ts';
import { compareParts } from './parts.ts';
import { fieldPeers } from './servers.ts';

const root = join(import.meta.dirname, '../../..');

test('Berth and its peers stand in one table by server CPU, with what each does not do; one that cannot be had is told', async () => {
  const { text, plots, outcomes } = await compareField({
    present: { name: 'present', folder: root },
    peers: [
      ...fieldPeers.filter(({ name }) => ['bare relay', 'ws'].includes(name)),
      {
        ...{ name: 'another', lacks: '' },
        start: () => Promise.reject(new MissingPeer('another is left out: there is none')),
      },
    ],
    ...{ rounds: 1, warmSeconds: 0.2, seconds: 0.5, openRate: 200, say: () => {} },
  });
  for (const [name, tables] of Object.entries({ Berth: 4, 'bare relay': 4, ws: 3 })) {
    const rows = text.match(new RegExp(`^\\| ${name}( ‡)? \\| [\\d.,]+ µs \\|`, 'gm')) ?? [];
    // What a busy machine did not let come in time is told, and not measured.
    const failures = text.match(new RegExp(`^Left out: round 1: ${name}, `, 'gm')) ?? [];
    assert.equal(rows.length + failures.length, tables, `${name}: ${text}`);
  }
  assert.match(text, /\| no store, no dedupe, order of the server alone \|/);
  assert.match(text, /^Left out: another: another is left out: there is none\.$/m);
  assert.doesNotMatch(text, /NaN|undefined/);
  assert.deepEqual(Object.keys(plots), ['pairs.svg', 'group.svg', 'lone.svg', 'open.svg']);
  for (const { what } of outcomes) assert.match(what, /÷ bare relay$/);
});

test('the targets that are ratios to peers follow from the medians, of peers that were measured', () => {
  const of = (perSecond: number) => ({ perSecond, p50Ms: perSecond / 10, p99Ms: perSecond });
  const outcomes = firstTargets(
    new Map([
      ['Berth', { pairs: of(60), group: of(60), lone: of(60), open: of(60) }],
      ['bare relay', { pairs: of(100), group: of(100), lone: of(100), open: of(20) }],
      ['nats-server 2.15.2', { group: of(10) }],
      ['nats-server 2.15.2, JetStream, file, sync always', { group: of(1_000) }],
    ]),
  );
  assert.deepEqual(
    outcomes.map(({ target, what, measured, bound, isMet }) => [target, what, measured, bound, isMet]),
    [
      ['P3', 'group of 100, rate, ÷ bare relay', '0.6 ×', '≥ 0.7', false],
      ['P3', 'group of 100, rate, ÷ nats-server', '6 ×', '≥ 5', true],
      ['P4', '1:1, 16 in flight, rate, ÷ bare relay', '0.6 ×', '≥ 0.5', true],
      ['P5', '1:1, 1 in flight, rate, ÷ bare relay', '0.6 ×', '≥ 0.85', false],
      ['P7', '1:1, open loop, p50, ÷ bare relay', '3 ×', '≤ 2', false],
      ['P7', '1:1, open loop, p99, ÷ bare relay', '3 ×', '≤ 1.5', false],
    ],
  );
});

test('parts stand in a table by the CPU of all their processes: INSERTs, grpc-js, argon2id', async () => {
  const { text, outcomes } = await compareParts({ rounds: 1, seconds: 0.4, say: () => {} });
  for (const name of [
    'Berth, messages stored in one process',
    'bare INSERTs of 512 rows',
    'bare prepared INSERTs of one row',
    'grpc-js, 256 messages in a batch, one stream',
    'grpc-js, a unary call for each, 64 at a time',
    'argon2id \\(19 MiB, t=2, p=1\\), 2 at a time',
  ])
    assert.match(text, new RegExp(`^\\| ${name} \\| [\\d.,]+ µs a \\w+ \\| [\\d.,]+/s \\| .+ \\|$`, 'm'));
  assert.doesNotMatch(text, /NaN|undefined|Infinity/);
  assert.deepEqual(
    outcomes.map(({ target, bound }) => `${target} ${bound}`),
    ['P6 ≥ 0.75', 'P6 ≥ 5'],
  );
});

test('without Go, or apt-get, its peers are left out with one line', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    await assert.rejects(
      buildGoModule({ path: 'example.org/none', version: '0.0.1', command: 'none' }, () => {}),
      { message: 'none is left out: it is built with Go, which is not installed' },
    );
    await assert.rejects(
      unpackDebianPackage('no-such-package', () => {}),
      { message: 'no-such-package is left out: it is taken from Debian, and there is no apt-get here' },
    );
  } finally {
    process.env.PATH = path;
  }
});
