import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usePlatform } from '../harness/platform.ts';
import { post, xorPassword } from './old-http.ts';
import { oldLogIn, registerOldUser } from './old-user.ts';

const platform = usePlatform({ nodes: 1, environment: { verify: { CODES_PER_SOURCE_HOUR: '1000' } } });

test('a registration answers with uid and e-mail, and with neither password nor code', async () => {
  const email = 'first@example.org';
  const asked = await post(platform.gateUrl, '/get_varifycode', { email });
  assert.deepEqual(asked, { error: 0, email });
  const code = await platform.mailbox.code(email);
  const passwd = xorPassword('Secret-123');
  const answer = await post(platform.gateUrl, '/user_register', {
    ...{ user: 'first', email, passwd, confirm: passwd, icon: '', varifycode: code },
  });
  assert.equal(answer.error, 0);
  assert.ok(Number.isInteger(answer.uid) && answer.uid > 0 && answer.uid < 2 ** 31);
  const text = JSON.stringify(answer);
  assert.ok(!text.includes(passwd) && !text.includes('Secret-123') && !text.includes(code), text);
});

test('a wrong code is 1004, a missing one 1003, passwords that differ 1006, a name that exists 1005', async () => {
  const ann = await registerOldUser(platform, 'codes');
  const email = 'codes-other@example.org';
  const passwd = xorPassword('Secret-123');
  const body = { user: 'codesother', email, passwd, confirm: passwd, icon: '', varifycode: '000000' };
  assert.equal((await post(platform.gateUrl, '/user_register', body)).error, 1003);
  await post(platform.gateUrl, '/get_varifycode', { email });
  const code = await platform.mailbox.code(email);
  const wrong = code === '111111' ? '222222' : '111111';
  assert.equal((await post(platform.gateUrl, '/user_register', { ...body, varifycode: wrong })).error, 1004);
  assert.equal(
    (await post(platform.gateUrl, '/user_register', { ...body, varifycode: code, confirm: 'x' })).error,
    1006,
  );
  assert.equal(
    (await post(platform.gateUrl, '/user_register', { ...body, varifycode: code, user: ann.name })).error,
    1005,
  );
});

test('a log-in answers with a text port, both names of the address and a token; a wrong password is 1009', async () => {
  const ann = await registerOldUser(platform, 'logins');
  const answer = await oldLogIn(platform, ann);
  assert.equal(answer.error, 0);
  assert.equal(answer.uid, ann.uid);
  assert.equal(answer.port, String(platform.nodes[0]!.tcpPort));
  assert.equal(answer.chatport, answer.port);
  assert.equal(answer.host, '127.0.0.1');
  assert.equal(answer.chathost, answer.host);
  assert.ok(typeof answer.token === 'string' && answer.token.startsWith('chat-1.'));
  assert.equal((await oldLogIn(platform, { ...ann, password: 'not-the-one' })).error, 1009);
  assert.equal((await oldLogIn(platform, { ...ann, email: 'nobody@example.org' })).error, 1009);
});

test('one password works in both dialects', async () => {
  const ann = await registerOldUser(platform, 'both');
  const response = await fetch(`${platform.gateUrl}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: ann.email, password: ann.password, device: { class: 'web' } }),
  });
  assert.ok(response.ok, await response.clone().text());
});

test('a reset sets the new password; another e-mail address than the account’s is 1007', async () => {
  const ann = await registerOldUser(platform, 'resets');
  assert.equal((await post(platform.gateUrl, '/get_varifycode', { email: ann.email })).error, 0);
  const code = await platform.mailbox.code(ann.email, 2);
  const passwd = xorPassword('New-Secret1');
  const stranger = { user: 'nobody-of-that-name', email: ann.email, passwd, varifycode: code };
  assert.equal((await post(platform.gateUrl, '/reset_pwd', stranger)).error, 1007);
  const fresh = await newCode(ann.email, code);
  const answer = await post(platform.gateUrl, '/reset_pwd', {
    ...stranger,
    user: ann.name,
    varifycode: fresh,
  });
  assert.equal(answer.error, 0, JSON.stringify(answer));
  assert.equal((await oldLogIn(platform, ann)).error, 1009);
  assert.equal((await oldLogIn(platform, { ...ann, password: 'New-Secret1' })).error, 0);
});

test('bodies that are no JSON or lack fields answer 1001 with status 200, unknown paths 404', async () => {
  const response = await fetch(`${platform.gateUrl}/user_login`, { method: 'POST', body: '{"email":' });
  assert.equal(response.status, 200);
  assert.equal(((await response.json()) as { error: number }).error, 1001);
  assert.equal(response.headers.get('access-control-allow-origin'), null);
  assert.equal((await post(platform.gateUrl, '/user_login', { email: 3 })).error, 1001);
  assert.equal((await fetch(`${platform.gateUrl}/user_nothing`, { method: 'POST', body: '{}' })).status, 404);
});

/** The code of the last mail if it was not used up by a failed try, else of a new one. */
async function newCode(email: string, last: string): Promise<string> {
  const mails = (await platform.mailbox.mails(email)).length;
  const answer = await post(platform.gateUrl, '/get_varifycode', { email });
  return answer.error === 0 ? platform.mailbox.code(email, mails + 1) : last;
}
