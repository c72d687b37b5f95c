import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createText } from './catalogue.ts';
import { en } from './en.ts';
import { createFormats, daysBetween } from './formats.ts';
import { zh } from './zh.ts';

const now = new Date(2026, 10, 21, 12, 0).getTime();
const english = createFormats('en', createText(en, 'en'));
const chinese = createFormats('zh-Hans', createText(zh, 'zh-Hans'));

test('a list shows the clock today, then the day, then the date', () => {
  assert.equal(english.brief(new Date(2026, 10, 21, 0, 5).getTime(), now), '00:05');
  assert.equal(english.brief(new Date(2026, 10, 20, 23, 59).getTime(), now), 'Yesterday');
  assert.equal(english.brief(new Date(2026, 10, 17).getTime(), now), 'Tue');
  assert.equal(english.brief(new Date(2026, 2, 1).getTime(), now), 'Mar 1');
  assert.equal(english.brief(new Date(2024, 2, 1).getTime(), now), 'Mar 1, 2024');
  assert.equal(chinese.brief(new Date(2026, 10, 20).getTime(), now), '昨天');
  assert.match(chinese.brief(new Date(2024, 2, 1).getTime(), now), /2024年3月1日/);
});

test('a time a little ahead of this clock is today', () => {
  assert.equal(english.brief(now + 60_000, now), '12:01');
  assert.equal(english.day(now, now), 'Today');
});

test('days are counted by midnights, whatever the hour', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 800 }),
      (one, other, days) => {
        const time = new Date(2026, 10, 21 - days, one).getTime();
        assert.equal(daysBetween(time, new Date(2026, 10, 21, other).getTime()), days);
      },
    ),
  );
});

test('a countdown rounds up and never goes below nothing', () => {
  assert.equal(english.countdown(59_001), '1:00');
  assert.equal(english.countdown(900), '0:01');
  assert.equal(english.countdown(-5), '0:00');
});
