import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { test } from 'node:test';
import { checkSubjects, subjectOf } from '../../infra/policy/rules.ts';
import { findHelms } from './cluster-tools.ts';
import { parseManifests } from './manifests.ts';

const root = resolve(import.meta.dirname, '../..');
const helm = findHelms()[0];

for (const chart of ['berth', 'stores']) {
  for (const values of globSync(`charts/${chart}/ci/*.yaml`, { cwd: root })) {
    test(`${chart} keeps to the policies with ${basename(values)}`, {
      skip: helm === undefined,
    }, async () => {
      const rendered = await helm!.run([
        'template',
        chart,
        join('charts', chart),
        '--namespace',
        'berth',
        '--api-versions',
        'monitoring.coreos.com/v1',
        '--values',
        values,
      ]);
      assert.deepEqual(checkSubjects(parseManifests(rendered).map(subjectOf)), []);
    });
  }
}
