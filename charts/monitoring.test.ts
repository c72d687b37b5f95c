import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';

const files = `${import.meta.dirname}/berth/files`;
const root = `${import.meta.dirname}/..`;

interface Alert {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string };
}
interface Dashboard {
  panels: {
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets?: { expr: string }[];
  }[];
}

const alerts = (
  parse(readFileSync(`${files}/alerts.yaml`, 'utf8')) as { groups: { rules: Alert[] }[] }
).groups.flatMap(({ rules }) => rules);
const { panels } = JSON.parse(readFileSync(`${files}/dashboard.json`, 'utf8')) as Dashboard;
const expressions = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => (targets ?? []).map(({ expr }) => [title, expr] as const)),
];

test('alerts and dashboard ask only for metrics that there are', () => {
  const sources = globSync(['apps/*/src/**/*.ts', 'packages/telemetry/src/*.ts'], { cwd: root }).map((file) =>
    readFileSync(`${root}/${file}`, 'utf8'),
  );
  const registered = new Set(
    sources.flatMap(
      (source) => source.match(/(?<=')(gate|verify|status|chat|berth|event_loop)_\w+(?=')/g) ?? [],
    ),
  );
  assert.ok(registered.size > 20);
  const elsewhere = /^(up$|(nodejs|process|haproxy)_)/;
  for (const [where, expr] of expressions) {
    const metrics = expr.match(/\b[a-z]\w*(?=\{)/g) ?? [];
    for (const metric of metrics) {
      const name = metric.replace(/_(bucket|sum|count)$/, '');
      assert.ok(
        elsewhere.test(metric) || registered.has(metric) || registered.has(name),
        `${where}: ${metric}`,
      );
    }
  }
});

test('every expression is whole and keeps to one namespace', () => {
  for (const [where, expr] of expressions) {
    for (const [open, close] of ['()', '{}', '[]'].map((pair) => [...pair] as [string, string]))
      assert.equal(expr.split(open).length, expr.split(close).length, where);
    const selectors = expr.match(/\{[^}]*\}/g) ?? [];
    assert.ok(selectors.length > 0, where);
    for (const selector of selectors) assert.match(selector, /namespace="(NAMESPACE|\$namespace)"/, where);
  }
});

test('every alert waits a while, has a severity, and says what it means', () => {
  assert.equal(new Set(alerts.map(({ alert }) => alert)).size, alerts.length);
  for (const { alert, for: wait, labels, annotations } of alerts) {
    assert.match(wait, /^\dm$/, alert);
    assert.match(labels.severity, /^(warning|critical)$/, alert);
    assert.match(annotations.summary, /\.$/, alert);
  }
});

test('operators are told what to do about each alert', () => {
  const guide = readFileSync(`${root}/docs/operations.md`, 'utf8');
  const told = [...guide.matchAll(/^\| `(Berth\w+)` \|/gm)].map(([, name]) => name!);
  assert.deepEqual(told.sort(), alerts.map(({ alert }) => alert).sort());
});

test('no panel covers another', () => {
  const taken = new Set<string>();
  for (const { title, gridPos } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(x < 24 && !taken.has(`${x},${y}`), title);
        taken.add(`${x},${y}`);
      }
    }
  }
});
