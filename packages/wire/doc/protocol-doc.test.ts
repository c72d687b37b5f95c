import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { frameIds } from '../src/ids.ts';
import { fillTables, protocolTables } from './protocol-tables.ts';

const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

test('docs/protocol.md says what the code enforces (npm run generate writes it)', () => {
  assert.equal(fillTables(text, protocolTables()), text);
});

test('every frame of the code stands in docs/protocol.md', () => {
  for (const [name, id] of Object.entries(frameIds)) {
    assert.match(text, new RegExp(`${id}\\b[^\\n]*\`${name}\``), name);
  }
});
