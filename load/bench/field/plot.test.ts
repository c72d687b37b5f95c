import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPlot } from './plot.ts';

test('a plot has a bar for each, the least first, longer the more, and names are escaped', () => {
  const svg = renderPlot('CPU & time', [
    { name: 'a <slow> one', value: 100, label: '100 µs', isOwn: false },
    { name: 'Berth', value: 10, label: '10 µs', isOwn: true },
    { name: 'middle', value: 30, label: '30 µs', isOwn: false },
  ]);
  const widths = [...svg.matchAll(/<rect x="300"[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));
  assert.equal(widths.length, 3);
  assert.ok(widths[0]! > 0 && widths[0]! < widths[1]! && widths[1]! < widths[2]! && widths[2]! <= 350.1);
  assert.match(svg, /CPU &amp; time/);
  assert.match(svg, />a &lt;slow&gt; one</);
  assert.doesNotMatch(svg, /NaN/);
});

test('one bar alone is drawn, too', () => {
  assert.doesNotMatch(
    renderPlot('x', [{ name: 'Berth', value: 3, label: '3', isOwn: true }]),
    /NaN|Infinity/,
  );
});
