import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpSchemas } from '@berth/wire/http';
import fc from 'fast-check';
import { checkCode, checkEmail, checkName, checkNick, checkPassword } from './field-rules.ts';

const { email, code, name, nick, password } = httpSchemas.usersRequest.shape;

test('a field that passes here is one that gate takes', () => {
  const near = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.emailAddress(),
    fc.stringMatching(/^[a-z0-9_.é船-]{1,40}$/),
    fc.stringMatching(/^\d{4,8}$/),
  );
  fc.assert(
    fc.property(near, (value) => {
      if (!checkName(value)) assert.ok(name.safeParse(value).success, `name ${value}`);
      if (!checkCode(value)) assert.ok(code.safeParse(value.trim()).success, `code ${value}`);
      if (!checkNick(value)) assert.ok(nick.safeParse(value).success, `nick ${value}`);
      if (!checkPassword(value)) assert.ok(password.safeParse(value).success, `password ${value}`);
    }),
  );
});

test('what gate takes as an address, a name or a code is not refused here', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string()), (value) => {
      if (value.trim() !== '')
        assert.equal(checkEmail(value) === undefined, email.safeParse(value).success, value);
    }),
  );
  for (const value of ['li', 'Zoë_9', '小船', 'a.b-c', 'สมหญิง', 'jose\u0301', '𠮷野家'])
    assert.equal(checkName(value), undefined, value);
  assert.equal(checkCode('012345'), undefined);
});

test('each wrong value has its own words', () => {
  assert.equal(checkEmail(''), 'field.required');
  assert.equal(checkEmail('someone@'), 'field.email.wrong');
  assert.equal(checkNick('\u200b'), 'field.hidden');
  assert.equal(checkNick('😀'.repeat(64)), undefined);
  assert.equal(checkNick('😀'.repeat(65)), 'field.nick.long');
  assert.equal(checkPassword('😀'.repeat(4)), 'field.password.short');
  assert.equal(checkName('a'), 'field.name.length');
  assert.equal(checkName('a b'), 'field.name.characters');
  assert.equal(checkCode('12345'), 'field.code.wrong');
  assert.equal(checkPassword('short'), 'field.password.short');
  assert.equal(checkPassword('aaaaaaaaaa'), 'field.password.common');
  assert.equal(checkPassword('x1'.repeat(65)), 'field.password.long');
});
