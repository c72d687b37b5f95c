import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameKey } from './name-key.ts';
import { PasswordRules } from './password-rules.ts';

const rules = new PasswordRules();
const isRefused = (password: string, why: RegExp, personal: string[] = []) =>
  assert.throws(
    () => rules.check(password, personal),
    (error: { code: string; fields: { password: string } }) => {
      assert.equal(error.code, 'password_refused');
      assert.match(error.fields.password, why);
      return true;
    },
    password,
  );

test('8 to 128 characters, each code point one of them', () => {
  isRefused('seven-7', /at least 8/);
  isRefused('⚓⚓⚓⚓⚓⚓⚓', /at least 8/);
  rules.check('eight-88');
  rules.check('🛳️⚓🌊🧭🐋🦀🐚⛵');
  rules.check('🌊'.repeat(128));
  isRefused('🌊'.repeat(129), /at most 128/);
  isRefused('', /at least 8/);
});

test('the most frequent passwords are refused, in whatever case', () => {
  for (const password of ['password', 'PassWord', '12345678', '1234567890', 'iloveyou', 'qwertyuiop'])
    isRefused(password, /common/);
  rules.check('correct horse battery staple');
});

test('one’s own name and address are refused', () => {
  isRefused('Ann.Harbour', /name/, ['ann@example.org', 'ann.harbour']);
  isRefused('ANN@example.org', /name/, ['ann@example.org', 'ann.harbour']);
  rules.check('Ann.Harbour', ['bob@example.org', 'bob']);
});

test('names are unique without regard to case and compatibility forms', () => {
  assert.equal(nameKey('ＡＮＮ'), nameKey('ann'));
  assert.equal(nameKey('Straße'), 'straße');
  assert.equal(nameKey('ﬁsh'), nameKey('FISH'));
  assert.equal(nameKey('张伟'), '张伟');
});

test('a name whose compatibility form is no name is refused', () => {
  // One letter that stands for four words.
  assert.throws(() => nameKey('ﷺﷺ'), { code: 'bad_request' });
  assert.throws(() => nameKey('ﷲ'.repeat(33)), { code: 'bad_request' });
});
