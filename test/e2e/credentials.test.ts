import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createSessionKey, SessionKeys } from '@berth/tokens';
import { berthIds, frameIds, llfcchatIds, type RequestName } from '@berth/wire';
import { requestSchemas } from '@berth/wire/requests';
import { type Body, FrameSocket, frameOf } from '../harness/frame-socket.ts';
import { type Person, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { type RawBerth, type RawLogIn, RawSession, rawLogIn } from '../harness/raw-session.ts';

/** Long enough for most log-ins on a busy machine, and soon over. */
const ticketSeconds = 4;
const platform = usePlatform({
  nodes: 2,
  environment: { status: { RESERVATION_SECONDS: String(ticketSeconds) } },
});

const requests = Object.keys(requestSchemas) as RequestName[];
const json = (body: Body) => Buffer.from(JSON.stringify(body));

/** A body that a request would take of somebody who may: so that it is the intruder who is refused, and not the body. */
function bodyOf(name: RequestName, victim: Person): Body {
  const ids = {
    conversation: 1,
    user: victim.id,
    users: [victim.id],
    cid: 'c',
    text: 't',
    title: 't',
    query: 'p',
  };
  return { req: 7, ...ids, marks: [], role: 'member', forMs: 0, token: name === 'hello' ? '' : 'none' };
}

/** Says all of it in one write and answers with what was heard until the node closed. */
async function sayAll({ host, port }: Pick<RawBerth, 'host' | 'port'>, frames: [number, Body][]) {
  const socket = await FrameSocket.connect(host, port);
  socket.sendBytes(Buffer.concat(frames.map(([id, body]) => frameOf(id, json(body)))));
  await Promise.race([socket.closed, eventually('the node closes', () => socket.isClosed)]);
  return socket.frames;
}

/** Somebody whose ticket was used in time. */
const loggedIn = (person: Person): Promise<RawSession> =>
  eventually('the ticket is used in time', () => RawSession.open(platform, person));

test('without a log-in no frame is answered but with its refusal, and the connection is closed', async () => {
  const [victim] = await seedPeople(platform, 1);
  const at = { host: '127.0.0.1', port: platform.nodes[0]!.tcpPort };
  for (const name of requests.filter((request) => request !== 'hello')) {
    const heard = await sayAll(at, [[frameIds[name], bodyOf(name, victim!)]]);
    assert.deepEqual(
      heard.map(({ id, body }) => [id, body.error?.code]),
      [[frameIds[name] + 1, 'unauthenticated']],
      name,
    );
  }
  for (let id: number = llfcchatIds.first; id <= llfcchatIds.last; id++) {
    const heard = await sayAll(at, [[id, { uid: victim!.id, fromuid: victim!.id, touid: 1, token: 'none' }]]);
    for (const { body } of heard) assert.notEqual(body.error, 0, `${id}: ${JSON.stringify(body)}`);
  }
});

test('what only nodes say is not taken from a client', async () => {
  const [person] = await seedPeople(platform, 1);
  const session = await loggedIn(person!);
  const known = new Set(requests.flatMap((name) => [frameIds[name]]));
  const answerOfProbe = frameIds.probe + 1;
  for (let id: number = berthIds.first; id < frameIds.conversationEvent + 20; id++) {
    if (known.has(id as never) || id === answerOfProbe) continue;
    session.socket.send(id, { req: 1, conversation: 1, seq: 1, sender: 1, text: 'forged', changes: [] });
    const { body } = await session.socket.next(frameIds.error, (error) => error.id === id);
    assert.equal(body.error.code, 'unknown_frame', String(id));
  }
  await session.close();
});

test('a ticket that is forged, of another, expired, used or for another node opens nothing, and no frame behind it is done', async () => {
  const [person, other] = (await seedPeople(platform, 2)) as [Person, Person];
  const fresh = () => rawLogIn(platform, person);
  const flip = (text: string, at: number) =>
    `${text.slice(0, at)}${text.at(at) === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
  const refused = async (why: string, { berth }: RawLogIn, ticket: string) => {
    const behind = requests
      .filter((name) => name !== 'hello')
      .map((name): [number, Body] => [frameIds[name], bodyOf(name, other)]);
    const heard = await sayAll(berth, [[frameIds.hello, { req: 1, token: ticket }], ...behind]);
    assert.deepEqual(
      heard.map(({ id, body }) => [id, body.error?.code]),
      [[frameIds.hello + 1, 'ticket_invalid']],
      why,
    );
    const old = await sayAll(berth, [[1005, { uid: person.id, token: ticket }]]);
    assert.ok(
      old.every(({ body }) => body.error !== 0),
      `${why}, by an old client`,
    );
  };

  const forged = await fresh();
  const parts = forged.berth.ticket.split('.') as [string, string, string];
  await refused('a bit of the signature', forged, flip(forged.berth.ticket, forged.berth.ticket.length - 8));
  const claims = JSON.parse(Buffer.from(parts[1], 'base64url').toString()) as unknown[];
  const others = claims.with(2, other.id);
  const packed = Buffer.from(JSON.stringify(others)).toString('base64url');
  await refused('another user under the same signature', forged, `${parts[0]}.${packed}.${parts[2]}`);
  await refused('no signature', forged, `${parts[0]}.${parts[1]}.`);
  const elsewhere = platform.nodes.find(({ name }) => name !== forged.berth.node)!;
  const wrongNode = { ...forged, berth: { ...forged.berth, port: elsewhere.tcpPort } };
  await refused('a ticket for another node', wrongNode, forged.berth.ticket);
  await refused('another node’s name', wrongNode, `${elsewhere.name}.${parts[1]}.${parts[2]}`);

  const used = await loggedIn(person);
  await refused('a ticket used before', used.logIn, used.logIn.berth.ticket);
  assert.equal((await used.ask('heartbeat')).error, undefined, 'whoever used it first stays');
  await used.close();

  const late = await fresh();
  const { expiresAt } = late.berth as RawBerth & { expiresAt: number };
  await eventually('its time is over', () => Date.now() > expiresAt + 100);
  await refused('an expired ticket', late, late.berth.ticket);

  const ended = await fresh();
  const { status } = await withToken('DELETE', '/v1/sessions/current', ended.session.token);
  assert.equal(status, 204);
  await eventually('the node has heard of it', async () => {
    const heard = await sayAll(ended.berth, [[frameIds.hello, { req: 1, token: ended.berth.ticket }]]);
    return heard.every(({ body }) => ['session_ended', 'ticket_invalid'].includes(body.error?.code));
  });
});

async function withToken(method: string, path: string, token?: string, scheme = 'Bearer'): Promise<Response> {
  return fetch(`${platform.gateUrl}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `${scheme} ${token}` }),
      ...(method === 'POST' && { 'content-type': 'application/json' }),
    },
    ...(method === 'POST' && { body: '{}' }),
  });
}

/** Every path of gate's interface: whether it is for everyone, or for whoever shows a session token. */
const paths: Record<string, 'everyone' | 'session'> = {
  'GET /v1/platform': 'everyone',
  'POST /v1/invites/preview': 'everyone',
  'POST /v1/group-links/preview': 'everyone',
  'POST /v1/codes': 'everyone',
  'POST /v1/users': 'everyone',
  'POST /v1/passwords': 'everyone',
  'POST /v1/sessions': 'everyone',
  'GET /v1/sessions': 'session',
  'DELETE /v1/sessions/current': 'session',
  'DELETE /v1/sessions/{id}': 'session',
  'POST /v1/berths': 'session',
};

test('a session token that is forged, expired, outdated or ended is refused on every path that takes one', async () => {
  const document = (await (await fetch(`${platform.gateUrl}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const described = Object.entries(document.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((door) => door.includes(' /v1/'));
  assert.deepEqual(described.sort(), Object.keys(paths).sort(), 'every path has a line');

  const [person] = (await seedPeople(platform, 1)) as [Person];
  const live = await rawLogIn(platform, person, 'live');
  const gone = await rawLogIn(platform, person, 'gone');
  assert.equal((await withToken('DELETE', '/v1/sessions/current', gone.session.token)).status, 204);
  const keys = new SessionKeys(platform.sessionKeys);
  const strangeKeys = new SessionKeys(JSON.stringify({ keys: [createSessionKey()] }));
  const inAnHour = Date.now() + 3_600_000;
  const claims = { user: person.id, session: live.session.id, deviceClass: 'live', generation: 1 };
  const { token } = live.session;
  const tokens: Record<string, string | undefined> = {
    none: undefined,
    empty: '',
    'no token': 'let-me-in',
    'a ticket': live.berth.ticket,
    'a changed one': token.slice(0, -6) + (token.at(-6) === 'A' ? 'B' : 'A') + token.slice(-5),
    'one without its signature': token.slice(0, token.lastIndexOf('.') + 1),
    'one of another key': strangeKeys.sign({ ...claims, expiresAt: inAnHour }),
    expired: keys.sign({ ...claims, expiresAt: Date.now() - 1_000 }),
    'of a generation before': keys.sign({ ...claims, generation: 0, expiresAt: inAnHour }),
    'of a session that never was': keys.sign({
      ...claims,
      session: randomBytes(16).toString('hex'),
      expiresAt: inAnHour,
    }),
    ended: gone.session.token,
  };
  for (const [door, who] of Object.entries(paths)) {
    if (who === 'everyone') continue;
    const [method, path] = door.replace('{id}', live.session.id).split(' ') as [string, string];
    for (const [what, refused] of Object.entries(tokens)) {
      const response = await withToken(method, path, refused);
      assert.equal(response.status, 401, `${door} with ${what}: ${await response.text()}`);
    }
    const basic = await withToken(method, path, token, 'Basic');
    assert.equal(basic.status, 401, `${door} with another scheme`);
  }
  const sessions = await withToken('GET', '/v1/sessions', token);
  assert.equal(sessions.status, 200, 'the live session is there still');

  const [thief] = (await seedPeople(platform, 1)) as [Person];
  const theirs = await rawLogIn(platform, thief);
  const stolen = await withToken('DELETE', `/v1/sessions/${live.session.id}`, theirs.session.token);
  assert.equal(stolen.status, 404, 'nobody ends another’s session');
  assert.equal((await withToken('GET', '/v1/sessions', token)).status, 200);
});
