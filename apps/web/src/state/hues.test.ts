import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { giveHues, hueCount, hueOf } from './hues.ts';

const id = fc.integer({ min: 1, max: 0x7fff_ffff });
const members = (max: number) =>
  fc.uniqueArray(fc.record({ id, joined: fc.nat(50) }), { maxLength: max, selector: (member) => member.id });

test('nobody in a group has the hue of another, as far as there are hues', () => {
  fc.assert(
    fc.property(members(40), id, (all, group) => {
      const hues = giveHues(new Map(), all, group);
      assert.equal(hues.size, all.length);
      assert.equal(new Set(hues.values()).size, Math.min(all.length, hueCount, new Set(hues.values()).size));
      if (all.length <= hueCount) assert.equal(new Set(hues.values()).size, all.length);
      if (all.length < hueCount)
        assert.ok(![...hues.values()].includes(hueOf(group)), 'that of the group itself');
      for (const hue of hues.values()) assert.ok(hue >= 0 && hue < hueCount);
    }),
  );
});

test('a hue is the same however members are told of, and stays when others come', () => {
  fc.assert(
    fc.property(members(hueCount), fc.nat(), id, (all, seed, group) => {
      const hues = giveHues(new Map(), all, group);
      const shuffled = all.toSorted((one, other) => ((one.id ^ seed) % 97) - ((other.id ^ seed) % 97));
      assert.deepEqual([...giveHues(new Map(), shuffled, group)].sort(), [...hues].sort());
      const later = all.map((member) => ({ ...member, id: member.id ^ 0x2000_0000, joined: 100 }));
      const more = giveHues(new Map(), [...later, ...all], group);
      for (const [member, hue] of hues) assert.equal(more.get(member), hue);
    }),
  );
});

test('who is alone with their hue has it everywhere', () => {
  assert.notEqual(hueOf(8), hueOf(7));
  assert.deepEqual([...giveHues(new Map(), [{ id: 7 }], 8)], [[7, hueOf(7)]]);
});

const tokens = readFileSync(join(import.meta.dirname, '../design/tokens.css'), 'utf8');

/** What a token is in the light and in the dark. */
function token(name: string): [light: string, dark: string] {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(
    tokens,
  )!;
  return [light!, dark!];
}

const channels = (colour: string): number[] =>
  [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));

/** By WCAG 2. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = channels(colour) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Distance in OKLab: of what one just sees about 0.02. */
function distance(one: string, other: string): number {
  const lab = (colour: string) => {
    const [r, g, b] = channels(colour) as [number, number, number];
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [a, b] = [lab(one), lab(other)];
  return Math.hypot(...a.map((value, index) => value - b[index]!));
}

test('a name and the letters of a picture can be read in each hue, in light and dark, and hues be told apart', () => {
  const hues = Array.from({ length: hueCount }, (_, hue) => token(`hue-${hue}`));
  for (const theme of [0, 1] as const) {
    for (const [index, hue] of hues.entries()) {
      for (const ground of ['bubble', 'surface', 'on-hue'])
        assert.ok(contrast(hue[theme], token(ground)[theme]) >= 4.5, `hue ${index} on ${ground}`);
      for (const other of hues.slice(index + 1))
        assert.ok(distance(hue[theme], other[theme]) >= 0.1, `hue ${index}`);
    }
  }
});
