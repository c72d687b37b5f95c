import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Cost, costOf, pod, podSessions, renderSizes, sizeFor } from './sizing.ts';

const cost: Cost = {
  ...{ sessions: 1_000, chatCores: 0.01, serverCores: 0.02 },
  ...{ chatBytes: 20_000_000, baseBytes: 100_000_000, serverBytes: 900_000_000 },
};

test('a pod is given what the first of its limits allows', () => {
  assert.deepEqual(podSessions(cost), { sessions: 20_000, limit: 'its capacity' });
  assert.deepEqual(podSessions({ ...cost, chatCores: 0.1 }), { sessions: 5_000, limit: 'its CPU' });
  assert.deepEqual(podSessions({ ...cost, chatBytes: 200_000_000 }), {
    ...{ sessions: Math.floor((pod.bytes - 1e8) / 200_000), limit: 'its memory' },
  });
});

test('pods have head room, and there are two at least, on two nodes', () => {
  assert.deepEqual(
    [1, 100_000, 1_000_000].map((people) => sizeFor(people, 20_000)),
    [
      { people: 1, pods: 2, nodes: 2 },
      { people: 100_000, pods: 7, nodes: 3 },
      { people: 1_000_000, pods: 65, nodes: 22 },
    ],
  );
  assert.match(
    renderSizes(cost),
    /\| dollars a month for these nodes \| 2 × 59\.57 = 119 \| 3 × 59\.57 = 179 \| 22 × 59\.57 = 1311 \|/,
  );
});

test('a pod is the chart’s', () => {
  const { chat } = parse(readFileSync(join(import.meta.dirname, '../../charts/berth/values.yaml'), 'utf8'));
  assert.equal(chat.capacity, pod.capacity);
  assert.equal(chat.resources.requests.cpu, `${pod.cores * 1_000}m`);
  assert.equal(chat.resources.limits.memory, '1536Mi');
});

test('what a process takes once is no session’s', () => {
  const few = { ...cost, sessions: 500, chatBytes: 50_000_000 };
  const many = { ...cost, sessions: 1_500, chatBytes: 70_000_000 };
  assert.deepEqual(costOf([many, few]), { ...many, chatBytes: 30_000_000, baseBytes: 140_000_000 });
  // Too close to each other to tell, or a process that gave nothing back.
  assert.equal(costOf([{ ...few, sessions: 1_000 }, many]), many);
  assert.equal(costOf([{ ...few, chatBytes: 80_000_000 }, many]), many);
  assert.equal(costOf([]), undefined);
});

/** The cells of the row that begins so. */
function cellsOf(file: string, begin: string): string[] {
  const line = docs(file)
    .split('\n')
    .find((row) => row.startsWith(begin));
  assert.ok(line, `${file} has no row ${begin}`);
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}
const docs = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');

test('docs/deploy.md and the README count chat’s nodes by docs/sizing.md, or by full pods until it has been written', () => {
  const isWritten = existsSync(join(import.meta.dirname, '../../docs/sizing.md'));
  const given = isWritten && /^A pod is given ([\d,]+) sessions/m.exec(docs('docs/sizing.md'))?.[1];
  const perPod = given ? Number(given.replaceAll(',', '')) : pod.capacity;
  const nodes = [1_000, 100_000, 1_000_000].map((people) => sizeFor(people, perPod).nodes);
  const counts = (begin: string) => cellsOf('docs/deploy.md', begin).map((cell) => Number.parseInt(cell, 10));
  assert.deepEqual(counts('| nodes for chat (m7g.large'), nodes);
  const others = counts('| nodes for everything else');
  const all = nodes.map((count, column) => count + others[column]!);
  assert.deepEqual(counts('| Auto Mode, 12 % of the nodes'), all);
  assert.ok(docs('README.md').includes(`| EKS and its nodes: ${all.join(', ')} × m7g.large |`));
});
