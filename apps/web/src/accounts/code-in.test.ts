import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeIn } from './code-in.ts';

test('a code is found in what was copied of the mail', () => {
  for (const copied of [
    '123456',
    ' 123456\n',
    '123 456',
    '123-456',
    'Your code is 123456. It is good for 10 minutes.',
    '验证码：123456，10 分钟内有效',
    '１２３４５６',
    '123456\n123456',
  ])
    assert.equal(codeIn(copied), '123456', copied);
});

test('what is no code, or several, is left alone', () => {
  for (const copied of [
    '',
    '12345',
    '1234567',
    '123456 and 654321',
    '2026-123456-789',
    '1.123456',
    '+49 123 456 789',
    'x'.repeat(5_000),
  ])
    assert.equal(codeIn(copied), undefined, copied);
});
