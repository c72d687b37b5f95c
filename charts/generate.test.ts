import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { generate } from './generate.ts';
import { listValues, readSchema } from './values-schema.ts';

const root = `${import.meta.dirname}/..`;

test('values, tables and types are what follows from the schemas; npm run generate makes them so', async () => {
  for (const [file, content] of await generate()) {
    assert.equal(readFileSync(`${root}/${file}`, 'utf8'), content, file);
  }
});

test('every value has a description and a default, and the defaults are those of values.yaml', () => {
  for (const chart of ['berth', 'stores']) {
    const values = parse(readFileSync(`${root}/charts/${chart}/values.yaml`, 'utf8'));
    const listed = listValues(readSchema(chart));
    assert.ok(listed.length > 15);
    for (const { path, default: value, description } of listed) {
      const actual = path.split('.').reduce((part, name) => part[name], values);
      assert.deepEqual(actual, value, path);
      assert.match(description, /[.!]$/, path);
    }
  }
});
