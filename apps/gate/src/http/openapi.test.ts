import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInviteToken } from '@berth/tokens';
import { Validator } from '@seriousme/openapi-schema-validator';
import { useGate } from '../fixtures/use-gate.ts';
import { routes } from '../routes.ts';
import { createOpenApi } from './openapi.ts';

const gate = useGate();
const document = createOpenApi(routes);

test('the document is valid OpenAPI 3.1, and what gate serves', async () => {
  const { status, headers, body } = await gate.ask('GET', '/openapi.json');
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^application\/json/);
  assert.deepEqual(body, JSON.parse(JSON.stringify(document)));
  const validator = new Validator();
  const { valid, errors } = await validator.validate(body);
  assert.equal(valid, true, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
});

test('it has every route, with the schemas that requests are checked with', () => {
  for (const { method, path, status, needsSession, body } of routes) {
    const operation = document.paths[path.replace(':id', '{id}')]?.[method];
    assert.ok(operation, `${method} ${path}`);
    assert.ok(operation.responses[status] && operation.responses[429] && operation.responses[500]);
    assert.equal(operation.security !== undefined, needsSession);
    assert.equal(operation.requestBody !== undefined, body !== undefined);
  }
  const register = document.paths['/v1/users']!.post!.requestBody!.content['application/json'].schema;
  assert.deepEqual(register.required, ['email', 'code', 'name', 'password']);
  const password = register.properties!.password as { minLength: number; maxLength: number };
  assert.deepEqual([password.minLength, password.maxLength], [8, 128]);
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map((own) => own.operationId),
  );
  assert.equal(new Set(ids).size, routes.length);
});

test('what gate answers is what the document says', async () => {
  const ann = await gate.register('documented');
  const login = await gate.logIn(ann);
  const { token } = login.session;
  const { token: invite, secret } = createInviteToken(ann.id);
  await gate.mysql.db.run(
    'INSERT INTO invites (user_id, secret, max_uses, created_at, expires_at) VALUES (?, ?, 1, 1, ?)',
    [ann.id, secret, Date.now() + 60_000],
  );
  const { token: link, secret: linkSecret } = createInviteToken(7);
  await gate.mysql.db.run(
    `INSERT INTO conversations (id, kind, title, created_by, created_at, member_count)
     VALUES (7, 2, 'Crew', ?, 1, 1)`,
    [ann.id],
  );
  await gate.mysql.db.run(
    'INSERT INTO group_links (conversation_id, secret, created_by, created_at) VALUES (7, ?, ?, 1)',
    [linkSecret, ann.id],
  );
  const answers = new Map<string, unknown>([
    ['get /v1/platform', (await gate.ask('GET', '/v1/platform')).body],
    ['post /v1/codes', (await gate.ask('POST', '/v1/codes', { email: ann.email, purpose: 'reset' })).body],
    ['post /v1/invites/preview', (await gate.ask('POST', '/v1/invites/preview', { invite })).body],
    ['post /v1/group-links/preview', (await gate.ask('POST', '/v1/group-links/preview', { link })).body],
    ['post /v1/sessions', login],
    ['get /v1/sessions', (await gate.ask('GET', '/v1/sessions', undefined, { token })).body],
    ['post /v1/berths', (await gate.ask('POST', '/v1/berths', {}, { token })).body],
    [
      'post /v1/passwords',
      (
        await gate.ask('POST', '/v1/passwords', {
          email: ann.email,
          code: gate.verify.code,
          password: 'Second-light-8',
        })
      ).body,
    ],
  ]);
  for (const route of routes) {
    const answer = answers.get(`${route.method} ${route.path}`);
    if (answer !== undefined) assert.deepEqual(route.answer!.parse(answer), answer, route.path);
  }
  assert.equal(answers.size, routes.filter(({ answer }) => answer !== undefined).length - 1);
  await gate.mysql.db.run('UPDATE conversations SET member_count = 0 WHERE id = 7');
  const left = await gate.ask('POST', '/v1/group-links/preview', { link });
  assert.deepEqual([left.status, left.body.error.code], [404, 'not_found'], 'everybody has left the group');
});

test('the page for people shows every request, and has no script and nothing from elsewhere', async () => {
  const { status, headers, body } = await gate.ask('GET', '/docs');
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^text\/html/);
  for (const { method, path } of routes) {
    assert.ok(
      body.includes(`>${method.toUpperCase()}</code> <code>${path.replace(':id', '{id}')}</code>`),
      path,
    );
  }
  assert.doesNotMatch(body, /<script|\sstyle=|\son\w+=|https?:\/\//i);
  const links = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]);
  for (const link of links) {
    if (link.startsWith('#')) assert.ok(body.includes(`id="${link.slice(1)}"`), link);
    else assert.equal((await fetch(new URL(link, `${gate.url}/docs`))).status, 200, link);
  }
  assert.match((await gate.ask('GET', '/docs/api-page.css')).headers.get('content-type') ?? '', /^text\/css/);
});
