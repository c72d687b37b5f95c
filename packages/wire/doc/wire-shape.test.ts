import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { brokenBy, type WireShape, wireShape } from './wire-shape.ts';

const root = resolve(import.meta.dirname, '../../..');
/** With the `release` that it is of, which is no part of the shape. */
const before: WireShape & { release: string } = JSON.parse(
  readFileSync(new URL('./baseline.json', import.meta.url), 'utf8'),
);

test('clients of the release before are served as they were: docs/deploy.md, Expand and contract', () => {
  assert.deepEqual(brokenBy(before, wireShape()), []);
});

test('services of the release before are understood as they were', async () => {
  const buf = promisify(execFile)(
    'node_modules/.bin/buf',
    ['breaking', '--against', 'proto/baseline.binpb'],
    {
      cwd: root,
    },
  );
  await buf.catch(({ stdout, stderr }: { stdout: string; stderr: string }) => assert.fail(stdout + stderr));
});

test('what would break them is told, and what only adds is not', () => {
  const broken = (change: (shape: WireShape) => void) => {
    const after = structuredClone(before);
    change(after);
    return brokenBy(before, after).join('; ');
  };
  const { send } = before.requests;
  assert.ok(send?.properties?.text && send.required);
  assert.match(
    broken(({ frames }) => void Object.assign(frames, { send: 1 })),
    /^frame send was \d+ and is 1$/,
  );
  assert.match(
    broken(({ requests }) => void delete requests.send!.properties!.text),
    /^send\.text is no longer taken$/,
  );
  assert.match(
    broken(({ requests }) => void requests.send!.required!.push('colour')),
    /^send\.colour has to be there now$/,
  );
  assert.match(
    broken(({ requests }) => void Object.assign(requests.sync!.properties!.limit!, { maximum: 1 })),
    /^sync\.limit: maximum was \d+ and is 1$/,
  );
  assert.match(
    broken(({ answers }) => void delete answers['Profile.name']),
    /^Profile\.name was string and is gone$/,
  );
  assert.equal(
    broken(({ frames, requests, answers }) => {
      frames.wave = 9_999;
      requests.send!.properties!.colour = { type: 'string' };
      answers['Profile.colour'] = 'string?';
    }),
    '',
  );
});
