import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestSchemas } from '@berth/wire/requests';
import fc from 'fast-check';
import { parseBody } from './body.ts';
import { quickBeat } from './quick-beat.ts';

/** What the general way makes of it. */
function reqOf(body: Uint8Array): number | undefined {
  try {
    return requestSchemas.heartbeat.parse(parseBody(body)).req;
  } catch {
    return undefined;
  }
}

test('a heartbeat that is read the quick way says what it says by the schema', () => {
  const number = fc.oneof(
    fc.nat(0xffff_ffff).map(String),
    fc.constantFrom(
      '0',
      '00',
      '01',
      '-1',
      '1.5',
      '1e3',
      '4294967295',
      '4294967296',
      '99999999999',
      '',
      'x',
      '"1"',
    ),
  );
  const text = fc.oneof(
    { weight: 4, arbitrary: number.map((req) => `{"req":${req}}`) },
    number.map((req) => `{ "req":${req}}`),
    number.map((req) => `{"req":${req},"more":1}`),
    number.map((req) => `{"reg":${req}}`),
    fc.string(),
  );
  let quick = 0;
  fc.assert(
    fc.property(text, (json) => {
      const body = Buffer.from(json);
      const req = quickBeat(body);
      if (req === undefined) return;
      quick++;
      assert.equal(req, reqOf(body), json);
    }),
    { numRuns: 2_000 },
  );
  assert.ok(quick > 200, 'else it proves nothing');
});
