import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { frameIds, type RequestName } from '@berth/wire';
import { requestSchemas } from '@berth/wire/requests';
import fc from 'fast-check';
import { FrameSocket, frameOf } from '../harness/frame-socket.ts';
import { befriend, closeAll, connectDevice, type Person, seedPeople, settle } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({
  nodes: 1,
  environment: {
    chat: {
      FRAMES_PER_SECOND: '2000',
      FRAMES_BURST: '30000',
      FIRST_FRAME_SECONDS: '1',
      HELLO_RATE: '5000',
    },
  },
});

const utf8 = (text: string) => Buffer.from(text);
const deep = (depth: number) =>
  utf8(`{"req":1,"conversation":1,"cid":"a","text":${'['.repeat(depth)}${']'.repeat(depth)}}`);

/** Bodies that no request takes, by what is wrong with them. */
const wrongBodies: Record<string, Buffer> = {
  empty: Buffer.alloc(0),
  'no JSON': utf8('hello'),
  'half a JSON': utf8('{"req":1,"conversation":'),
  'an array': utf8('[1,2,3]'),
  null: utf8('null'),
  'a number': utf8('17'),
  'bad UTF-8': Buffer.concat([utf8('{"req":1,"text":"'), Buffer.from([0xc3, 0x28, 0xff, 0xfe]), utf8('"}')]),
  'an overlong encoding': Buffer.concat([utf8('{"req":1,"text":"'), Buffer.from([0xc0, 0xaf]), utf8('"}')]),
  'too deep': deep(1_000),
  'very deep': deep(30_000),
  'a __proto__': utf8('{"req":1,"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}'),
  'wrong types': utf8('{"req":"one","conversation":"x","cid":5,"text":{}}'),
  'negative numbers': utf8('{"req":-1,"conversation":-5,"cid":"a","text":"b"}'),
  'huge numbers': utf8('{"req":1e308,"conversation":99999999999999999999,"cid":"a","text":"b"}'),
  'a long cid': utf8(`{"req":1,"conversation":1,"cid":"${'c'.repeat(500)}","text":"b"}`),
  'a lone surrogate': utf8('{"req":1,"conversation":1,"cid":"a","text":"\\ud800"}'),
};

const residentBytes = (): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${platform.nodes[0]!.pid}/status`, 'utf8'))![1]) * 1024;

/** Who is kept from running finds that the first frame came late, and tries again. */
const logIn = (person: Person): Promise<FrameSocket> =>
  eventually('the hello is in time', () => tryLogIn(person));

async function tryLogIn(person: Person): Promise<FrameSocket> {
  const response = await fetch(`${platform.gateUrl}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: person.email, password: person.password, device: { class: 'raw' } }),
  });
  const { berth } = (await response.json()) as { berth: { host: string; port: number; ticket: string } };
  const socket = await FrameSocket.connect(berth.host, berth.port);
  const welcome = await socket.ask(frameIds.hello, { req: 1, token: berth.ticket });
  assert.equal(welcome.error, undefined, JSON.stringify(welcome));
  return socket;
}

/** Some requests need so little that a body which is wrong for others is right for them: unknown fields are ignored. */
function isTaken(name: string, body: Buffer): boolean {
  if (!(name in requestSchemas)) return false;
  try {
    return requestSchemas[name as RequestName].safeParse(JSON.parse(body.toString())).success;
  } catch {
    return false;
  }
}

/** Proves that the connection still works. */
async function beats(socket: FrameSocket): Promise<void> {
  const answer = await socket.ask(frameIds.heartbeat, { req: 4_000_000 });
  assert.equal(answer.req, 4_000_000);
}

test('every request with every wrong body is answered with an error, and the connection lives on', async () => {
  const [person] = await seedPeople(platform, 1);
  const socket = await logIn(person!);
  const before = residentBytes();
  let sent = 0;
  const requests = Object.entries(frameIds).filter(
    ([name]) => !['hello', 'goodbye', 'heartbeat', 'probe', 'typing'].includes(name),
  );
  while (sent < 15_000) {
    for (const [name, id] of requests) {
      const refused = Object.values(wrongBodies).filter((body) => !isTaken(name, body));
      for (const body of refused) socket.sendBytes(frameOf(id, body));
      sent += refused.length;
    }
    await beats(socket);
    const answers = socket.frames.splice(0);
    assert.ok(answers.length > 0);
    for (const { id, body } of answers) assert.ok(body.error, `${id}: ${JSON.stringify(body)}`);
    for (const { body } of answers) assert.notEqual(body.error.code, 'internal', JSON.stringify(body));
  }
  assert.ok(residentBytes() - before < 150 * 2 ** 20, 'its memory is bounded');
  await socket.close();
});

test('random ids and random bytes within frames are answered or ignored, never fatal', async () => {
  const [person] = await seedPeople(platform, 1);
  const socket = await logIn(person!);
  const frame = fc.tuple(fc.integer({ min: 1_066, max: 65_535 }), fc.uint8Array({ maxLength: 200 }));
  const samples = fc.sample(frame, { numRuns: 5_000, seed: 7 });
  for (let index = 0; index < samples.length; index += 250) {
    for (const [id, body] of samples.slice(index, index + 250))
      socket.sendBytes(frameOf(id, Buffer.from(body)));
    await beats(socket);
    for (const { id, body } of socket.frames.splice(0))
      assert.ok(body.error || id === frameIds.heartbeat + 1, `${id}`);
  }
  await socket.close();
});

test('whoever does not begin with a sound hello is closed', async () => {
  const port = platform.nodes[0]!.tcpPort;
  const header = (id: number, length: number) => Buffer.from([id >> 8, id & 255, length >> 8, length & 255]);
  const openings: Record<string, Buffer> = {
    'a first frame over 4 KiB': Buffer.concat([header(frameIds.hello, 5_000), Buffer.alloc(5_000, 0x20)]),
    'another frame than hello': frameOf(
      frameIds.send,
      utf8('{"req":1,"conversation":1,"cid":"a","text":"b"}'),
    ),
    'a forged ticket': frameOf(frameIds.hello, utf8('{"req":1,"token":"chat-1.abc.def"}')),
    'an empty ticket': frameOf(frameIds.hello, utf8('{"req":1,"token":""}')),
    HTTP: utf8('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    TLS: Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
    zeros: Buffer.alloc(1_000),
    ones: Buffer.alloc(1_000, 0xff),
  };
  for (const [name, body] of Object.entries(wrongBodies))
    openings[`hello, ${name}`] = frameOf(frameIds.hello, body.subarray(0, 60_000));
  const before = residentBytes();
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Object.entries(openings).map(async ([name, bytes]) => {
        const socket = await FrameSocket.connect('127.0.0.1', port);
        socket.sendBytes(bytes);
        await Promise.race([socket.closed, eventually(`${name} is closed`, () => socket.isClosed, 60_000)]);
        for (const { body } of socket.frames)
          assert.ok(body.error || body.reason, `${name}: ${JSON.stringify(body)}`);
      }),
    );
  }
  assert.ok(residentBytes() - before < 150 * 2 ** 20, 'its memory is bounded');
});

test('slow writers are closed once their first frame is late', async () => {
  const sockets = await Promise.all(
    Array.from({ length: 200 }, () => FrameSocket.connect('127.0.0.1', platform.nodes[0]!.tcpPort)),
  );
  const hello = frameOf(frameIds.hello, utf8(`{"req":1,"token":"${'t'.repeat(500)}"}`));
  let at = 0;
  const dribble = setInterval(() => {
    for (const socket of sockets) if (!socket.isClosed) socket.sendBytes(hello.subarray(at, at + 1));
    at++;
  }, 50);
  try {
    await Promise.race([
      Promise.all(sockets.map(({ closed }) => closed)),
      eventually('all are closed', () => sockets.every(({ isClosed }) => isClosed), 60_000),
    ]);
  } finally {
    clearInterval(dribble);
  }
});

test('a flood over the limit ends that connection alone', async () => {
  const limited = platform.nodes[0]!;
  const [flooder, ann, bob] = await seedPeople(platform, 3);
  const socket = await logIn(flooder!);
  const devices = [await connectDevice(platform, ann!), await connectDevice(platform, bob!)] as const;
  const conversation = await befriend(...devices);
  const frame = frameOf(frameIds.heartbeat, utf8('{"req":1}'));
  const flood = Buffer.concat(Array.from({ length: 10_000 }, () => frame));
  for (let round = 0; round < 15 && !socket.isClosed; round++) socket.sendBytes(flood);
  await devices[0].say(conversation, 'still here');
  await settle(platform, [...devices], [conversation]);
  await Promise.race([socket.closed, eventually('the flooder is closed', () => socket.isClosed, 60_000)]);
  assert.ok(limited.running);
  await closeAll([...devices]);
});
