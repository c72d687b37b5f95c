import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/** The rows of the table whose head begins so, by their first cell; the other cells as they stand. */
function readTable(file: string, head: string): Map<string, string[]> {
  const lines = readFileSync(join(import.meta.dirname, '..', file), 'utf8').split('\n');
  const begin = lines.findIndex((line) => line.startsWith(head));
  assert.ok(begin >= 0, `${file} has no table ${head}`);
  const rows = lines.slice(begin + 2, lines.indexOf('', begin)).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.replaceAll('*', '').trim()),
  );
  return new Map(rows.map(([name, ...cells]) => [name!, cells]));
}

/** `16.43 + 33.4 × 4.38`: sums of products. */
const calculate = (text: string): number =>
  text
    .replaceAll(/\([^)]*\)/g, '')
    .split('+')
    .map((product) => product.split('×').reduce((value, factor) => value * Number(factor), 1))
    .reduce((sum, value) => sum + value, 0);

const resultOf = (cell: string): number => Number(cell.split('=').at(-1));

function addUp(rows: Map<string, string[]>): number[] {
  const summands = [...rows].filter(([name]) => !['together', 'a person'].includes(name));
  return [0, 1, 2].map((column) => summands.reduce((sum, [, cells]) => sum + resultOf(cells[column]!), 0));
}

test('what Berth costs is calculated right, and is the same in the README', () => {
  const rows = readTable('docs/deploy.md', '| | 1,000 |');
  assert.ok(rows.size > 10);
  for (const [name, cells] of rows) {
    for (const cell of cells.filter((text) => text.includes('='))) {
      const [formula] = cell.split('=');
      assert.ok(Math.abs(calculate(formula!) - resultOf(cell)) <= 0.6, `${name}: ${cell}`);
    }
  }
  const together = rows.get('together')!.map(Number);
  assert.deepEqual(addUp(rows), together);
  assert.deepEqual(
    rows.get('a person')!.map(Number),
    together.map((sum, column) => Number((sum / [1_000, 100_000, 1_000_000][column]!).toPrecision(2))),
  );
  const short = readTable('README.md', '| US dollars a month on AWS');
  assert.deepEqual(short.get('together')!.map(Number), together);
  assert.deepEqual(addUp(short), together);
});
