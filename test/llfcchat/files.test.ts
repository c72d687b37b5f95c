import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { connectFiles } from '@berth/client/files';
import { eventually } from '@berth/fixtures';
import sharp from 'sharp';
import type { Body } from '../harness/frame-socket.ts';
import { nextEvent } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import {
  announce,
  announcement,
  chunkFrame,
  downloadPicture,
  md5Of,
  noisePng,
  uploadPicture,
} from './old-pictures.ts';
import { oldLogIn } from './old-user.ts';
import { picturePeople } from './picture-people.ts';
import { QtClient } from './qt-client.ts';
import { qtPeople } from './qt-people.ts';
import { connectResource, resourceFrame } from './resource-socket.ts';

const platform = usePlatform({
  nodes: 2,
  files: true,
  environment: {
    verify: { CODES_PER_SOURCE_HOUR: '1000', CODES_PER_MINUTE: '1000' },
    chat: { OLD_CLIENT_SPACING_MS: '20', HEARTBEAT_SECONDS: '5', DEAD_SECONDS: '30' },
    files: { OLD_CLIENT_PICTURE_MB: '1', SWEEP_SECONDS: '1' },
  },
});
const { logIn, noFaults } = qtPeople(platform);
const { two, webOf, logInWithPictures, storedNames, leftOver } = picturePeople(platform);

/** Of noise: nine chunks and a bit. */
const large = noisePng(320);
const small = noisePng(40);

const nothing = { scratch: [], files: [], budget: [] };

// First: later there are clients that know pictures at this address.
test('a client without a connection for files is told a picture as a line of text', async () => {
  const { annUser, bobUser, conversation } = await two();
  const [ann, bob] = [await webOf(annUser), await logIn(bobUser, 'threads')];
  const files = connectFiles({ client: ann.client, gateUrl: platform.gateUrl });
  const { file, name, bytes } = await files.upload(small, { name: 'sea.png' }).whenReady();
  const attachments = [{ file, kind: 'image' as const, name, bytes, type: 'image/png' }];
  await ann.client.send(conversation, '', { attachments }).whenSent();
  await eventually('bob has a line', () =>
    bob.textsWith(annUser.uid).some((text) => /^📎 sea\.png/.test(text)),
  );
  assert.ok(!bob.frames.some(({ id }) => id === 1039));
  noFaults(bob);
  await ann.client.close();
});

test('a picture goes from one old client to another, in chunks that may come twice, and to a new one as an attachment', async () => {
  const { annUser, bobUser, conversation } = await two();
  const [ann, bob, web] = [
    await logInWithPictures(annUser),
    await logInWithPictures(bobUser),
    await webOf(bobUser),
  ];
  const arrives = nextEvent(web.client, 'message', ({ message }) => message.attachments !== undefined);
  const picture = await announce(ann, bobUser.uid, large);
  await ann.say(bobUser.uid, 'behind it');
  const [id, first] = chunkFrame(ann, picture, large, 1);
  const opened = await ann.files.ask(id, first);
  assert.deepEqual(
    [opened.error, opened.seq, opened.name, opened.last, opened.uid, opened.sender, opened.receiver],
    [0, 1, picture.name, 0, annUser.uid, annUser.uid, bobUser.uid],
  );
  // After a pause: from the last that was answered on, by the other id.
  const { total_size, trans_size, ...second } = chunkFrame(ann, picture, large, 2)[1];
  for (let time = 0; time < 2; time++) {
    const again = await ann.files.ask(1043, {
      ...second,
      total_size: Number(total_size),
      trans_size: Number(trans_size),
    });
    assert.deepEqual([again.error, again.seq, typeof again.total_size], [0, 2, 'number']);
  }
  const count = Math.ceil(large.length / 32_768);
  for (let seq = count; seq > 2; seq--) {
    const answer = await ann.files.ask(...chunkFrame(ann, picture, large, seq));
    assert.deepEqual([answer.error, answer.seq, typeof answer.total_size], [0, seq, 'string']);
  }
  const told = await bob.frame(1039, undefined, 30_000);
  const { message_id, ...rest } = told;
  assert.deepEqual(rest, {
    ...{ error: 0, sender_id: annUser.uid, receiver_id: bobUser.uid, img_name: picture.name },
    ...{ total_size: String(large.length), thread_id: conversation },
  });
  assert.ok(message_id > picture.message_id);
  assert.deepEqual(await downloadPicture(bob, { ...told, name: told.img_name }), large);
  const { message } = await arrives;
  const [attachment] = message.attachments!;
  assert.deepEqual(
    [attachment!.kind, attachment!.name, attachment!.bytes, attachment!.width],
    ['image', picture.name, large.length, 320],
  );
  // The same announcement again is the same picture: nothing is sent twice.
  const repeated = await ann.ask(
    1035,
    announcement(ann, bobUser.uid, {
      ...{ thread_id: conversation, name: picture.name, unique_id: picture.unique_id, md5: md5Of(large) },
    }),
  );
  assert.equal(repeated.message_id, picture.message_id);
  noFaults(ann, bob);
  await web.client.close();
});

test('who was away finds a picture in the pages, asks what it is before showing a token, and gets it; others do not', async () => {
  const { annUser, bobUser } = await two();
  const { bobUser: eveUser } = await two();
  const [ann, eve] = [await logInWithPictures(annUser), await logInWithPictures(eveUser)];
  await uploadPicture(ann, await announce(ann, bobUser.uid, small), small);
  const sent = async () =>
    (await platform.db.rows('SELECT state FROM old_uploads WHERE owner_id = ? AND state = 2', [annUser.uid]))
      .length;
  await eventually('it is sent', async () => (await sent()) === 1, 30_000);
  const bob = await logInWithPictures(bobUser);
  const entry: Body = bob.frames
    .filter(({ id }) => id === 1030)
    .flatMap(({ body }) => body.chat_datas)
    .find(({ msg_type }) => msg_type === 1);
  assert.deepEqual([entry.sender, entry.receiver, entry.status], [annUser.uid, bobUser.uid, 2]);
  const told = await bob.files.ask(1045, { message_id: entry.msg_id });
  assert.deepEqual(
    [told.error, told.name, told.total_size, told.sender_id, told.recv_id, told.msg_type],
    [0, entry.msg_content, String(small.length), annUser.uid, bobUser.uid, 1],
  );
  const wanted = { ...told, receiver_id: told.recv_id };
  assert.deepEqual(await downloadPicture(bob, wanted), small);
  const stolen = {
    name: told.name,
    seq: 1,
    token: eve.fileToken,
    uid: eveUser.uid,
    message_id: told.message_id,
  };
  assert.equal((await eve.files.ask(1047, stolen)).error, 1022);
  assert.equal((await eve.files.ask(1045, { message_id: told.message_id })).error, 1022);
  assert.equal((await bob.files.ask(1045, { message_id: told.message_id + 1 })).error, 1022);
  // What is taken back is not there any more.
  const [row] = await platform.db.rows<{ seq: number; conversation: number }>(
    'SELECT a.seq, a.conversation_id AS conversation FROM attachments a JOIN messages m ON m.conversation_id = a.conversation_id AND m.seq = a.seq WHERE m.sender_id = ?',
    [annUser.uid],
  );
  const web = await webOf(annUser);
  await web.client.request('recall', { conversation: row!.conversation, target: row!.seq, cid: 'recall' });
  const late = {
    name: told.name,
    seq: 1,
    token: bob.fileToken,
    uid: bobUser.uid,
    message_id: told.message_id,
  };
  assert.equal((await bob.files.ask(1047, late)).error, 1022);
  noFaults(ann, bob, eve);
  await web.client.close();
});

test('a picture of a new client comes with its frame, any other file as a line', async () => {
  const { annUser, bobUser, conversation } = await two();
  const [ann, bob] = [await webOf(annUser), await logInWithPictures(bobUser)];
  const files = connectFiles({ client: ann.client, gateUrl: platform.gateUrl });
  const send = async (content: Buffer, kind: 'image' | 'file', given: string) => {
    const { file, name, bytes, type = '' } = await files.upload(content, { name: given }).whenReady();
    await ann.client.send(conversation, '', { attachments: [{ file, kind, name, bytes, type }] }).whenSent();
  };
  await send(small, 'image', '../../sea of \u202egnp.exe');
  const told = await bob.frame(1039, undefined, 30_000);
  assert.match(told.img_name, /^[0-9a-f-]{36}\.png$/);
  assert.deepEqual(await downloadPicture(bob, { ...told, name: told.img_name }), small);
  // Of what is no picture to others, or meant as a file, a line.
  await send(randomBytes(2_000), 'file', 'notes.bin');
  await send(small, 'file', 'scan.png');
  for (const name of ['notes.bin', 'scan.png'])
    await eventually(`bob has a line of ${name}`, () =>
      bob.textsWith(annUser.uid).some((text) => text.startsWith(`📎 ${name}`)),
    );
  noFaults(bob);
  await ann.client.close();
});

test('a picture of a type that Qt reads with plugins alone comes as a JPEG, for whoever may see it', async () => {
  const { annUser, bobUser, conversation } = await two();
  const { bobUser: eveUser } = await two();
  const [ann, bob] = [await webOf(annUser), await logInWithPictures(bobUser)];
  const eve = await logInWithPictures(eveUser);
  const files = connectFiles({ client: ann.client, gateUrl: platform.gateUrl });
  const drawing = sharp(large).resize(1_600, 900, { fit: 'fill' }).ensureAlpha(0.5);
  const newer = [drawing.clone().webp(), drawing.clone().avif({ effort: 0 })];
  for (const [index, picture] of newer.entries()) {
    const content = await picture.toBuffer();
    const answer = await files.upload(content, { name: `sea ${index}.png` }).whenReady();
    const { file, name, bytes, type = '' } = answer;
    const attachments = [{ file, kind: 'image' as const, name, bytes, type }];
    const { seq } = await ann.client.send(conversation, '', { attachments }).whenSent();
    const comes = ({ total_size }: Body) => total_size === String(content.length);
    const told = await bob.frame(1039, comes, 30_000);
    assert.match(told.img_name, /^[0-9a-f-]{36}\.jpg$/);
    const asked = { name: told.img_name, seq: 1, message_id: told.message_id };
    const byEve = () => eve.files.ask(1047, { ...asked, token: eve.fileToken, uid: eveUser.uid });
    assert.equal((await byEve()).error, 1022, 'before it is made');
    const shown = await downloadPicture(bob, { ...told, name: told.img_name });
    const { format, width, height } = await sharp(shown).metadata();
    assert.deepEqual([format, width, height], ['jpeg', 1_280, 720]);
    assert.ok(shown.length > 32_768, 'it is made of several chunks');
    // The next one who asks is told of these very bytes.
    const known = await bob.files.ask(1045, { message_id: told.message_id });
    assert.deepEqual([known.error, known.name, known.total_size], [0, told.img_name, String(shown.length)]);
    assert.deepEqual(await downloadPicture(bob, { ...known, receiver_id: known.recv_id }), shown);
    assert.equal((await byEve()).error, 1022, 'when it is there');
    await ann.client.recall(conversation, seq);
    const late = await bob.files.ask(1047, { ...asked, token: bob.fileToken, uid: bobUser.uid });
    assert.equal(late.error, 1022);
    const isStored = async () => (await storedNames()).some((one) => one.startsWith(file));
    await eventually('nothing of it is left', async () => !(await isStored()));
  }
  noFaults(bob, eve);
  await ann.client.close();
});

test('a picture of oneself is uploaded, and whoever asks for it by the name that they were told gets it', async () => {
  const { annUser, bobUser } = await two();
  const ann = await logInWithPictures(annUser);
  const name = `${randomUUID()}.png`;
  const count = Math.ceil(large.length / 32_768);
  for (let seq = 1; seq <= count; seq++) {
    const data = large.subarray((seq - 1) * 32_768, seq * 32_768);
    const answer = await ann.files.ask(1031, {
      ...{
        md5: md5Of(large),
        name,
        seq,
        trans_size: seq * 32_768,
        total_size: large.length,
        uid: annUser.uid,
      },
      ...{
        last: Number(seq === count),
        data: data.toString('base64'),
        last_seq: count,
        token: ann.fileToken,
      },
    });
    assert.deepEqual(
      [answer.error, answer.seq, answer.total_size, answer.name],
      [0, seq, large.length, name],
    );
  }
  const icon = await eventually(
    'bob is told of it',
    async () => {
      const bob = new QtClient(bobUser, { variant: 'threads', pictures: true });
      await bob.logIn(platform);
      const told: string = bob.friends.get(annUser.uid)!.icon;
      bob.logOut();
      return told.startsWith(':') ? undefined : told;
    },
    30_000,
  );
  const bob = await logInWithPictures(bobUser);
  const chunks: Buffer[] = [];
  for (let seq = 1; ; seq++) {
    const asked = { name: icon, seq, trans_size: 0, total_size: 0, token: bob.fileToken, uid: bobUser.uid };
    const where = { client_path: 'C:/Users/bob', req_type: 'other_icon' };
    const answer = await bob.files.ask(1033, { ...asked, ...where });
    assert.deepEqual(
      [answer.error, answer.client_path, answer.req_type],
      [0, where.client_path, where.req_type],
    );
    chunks.push(Buffer.from(answer.data, 'base64'));
    if (answer.is_last) break;
  }
  assert.deepEqual(Buffer.concat(chunks), large);
  const unknown = {
    name: '',
    seq: 1,
    token: bob.fileToken,
    uid: bobUser.uid,
    client_path: '',
    req_type: 'self_icon',
  };
  assert.equal((await bob.files.ask(1033, unknown)).error, 1012);
  noFaults(ann, bob);
});

test('what does not fit has one clear answer, and nothing of it is left', async () => {
  const { annUser, bobUser } = await two();
  const [ann, bob] = [await logInWithPictures(annUser), await logInWithPictures(bobUser)];
  for (const fields of [{ name: '../../etc/passwd' }, { name: 'a.png' }, { md5: 'x' }]) {
    const [thread_id] = ann.threadWith(bobUser.uid)!;
    const good = { thread_id, name: `${randomUUID()}.png`, unique_id: `${randomUUID()}`, md5: md5Of(small) };
    assert.equal((await ann.ask(1035, announcement(ann, bobUser.uid, { ...good, ...fields }))).error, 1001);
  }
  const stranger = announcement(ann, 1, {
    thread_id: 1,
    name: `${randomUUID()}.png`,
    unique_id: 'x',
    md5: md5Of(small),
  });
  assert.notEqual((await ann.ask(1035, stranger)).error, 0);

  const faults: [number, (frame: Body) => Body][] = [
    [1018, (frame) => ({ ...frame, data: frame.data.slice(0, 400) })],
    [1018, (frame) => ({ ...frame, total_size: '40000' })],
    [1017, (frame) => ({ ...frame, seq: 2 })],
    [1001, (frame) => ({ ...frame, seq: 0 })],
    [1001, (frame) => ({ ...frame, data: '%%%%' })],
    [1001, (frame) => ({ ...frame, name: '../../etc/passwd' })],
    [1022, (frame) => ({ ...frame, name: `${randomUUID()}.png` })],
    [1022, (frame) => ({ ...frame, message_id: frame.message_id + 1 })],
    [1015, (frame) => ({ ...frame, total_size: '2000000000' })],
    [1018, (frame) => ({ ...frame, data: `AAAA${frame.data.slice(4)}` })],
  ];
  for (const [error, change] of faults) {
    const picture = await announce(ann, bobUser.uid, small);
    const [id, frame] = chunkFrame(ann, picture, small, 1);
    const answer = await ann.files.ask(id, change(frame));
    assert.equal(answer.error, error, change.toString());
    assert.deepEqual(await leftOver(annUser.uid), nothing, change.toString());
  }
  // One chunk that does not fit ends what was good before.
  const spoilt = await announce(ann, bobUser.uid, large);
  assert.equal((await ann.files.ask(...chunkFrame(ann, spoilt, large, 1))).error, 0);
  const [, behind] = chunkFrame(ann, spoilt, large, 2);
  assert.equal((await ann.files.ask(1037, { ...behind, seq: 4_000 })).error, 1017);
  assert.equal((await ann.files.ask(1037, behind)).error, 1022);
  assert.deepEqual(await leftOver(annUser.uid), nothing);
  // Another's picture cannot be written, and another's connection not be taken over.
  const own = await announce(ann, bobUser.uid, small);
  const [id, frame] = chunkFrame(ann, own, small, 1);
  const thief = { ...frame, uid: bobUser.uid, sender: bobUser.uid, token: bob.fileToken };
  assert.equal((await bob.files.ask(id, thief)).error, 1022);
  assert.equal((await bob.files.ask(id, { ...frame, token: bob.fileToken })).error, 1011);
  await bob.files.closed;
  // A connection that breaks takes its uploads with it.
  const broken = await announce(ann, bobUser.uid, large);
  assert.equal((await ann.files.ask(...chunkFrame(ann, broken, large, 1))).error, 0);
  assert.notDeepEqual(await leftOver(annUser.uid), nothing);
  await ann.files.close();
  await eventually('nothing is left', async () => {
    const left = await leftOver(annUser.uid);
    return left.scratch.length + left.files.length + left.budget.length === 0;
  });
  noFaults(ann, bob);
});

test('who cannot be understood, or is not who they say, is told so and sent away', async () => {
  const { annUser, bobUser } = await two();
  const [ann, bob] = [await logInWithPictures(annUser), await logInWithPictures(bobUser)];
  const berth = await oldLogIn(platform, bobUser);
  const open = () => connectResource(berth.reshost, Number(berth.resport));
  const asked = { name: `${randomUUID()}.png`, seq: 1, message_id: 20_000_000, uid: annUser.uid };
  const strangers: [number, Buffer, number][] = [
    [1001, resourceFrame(1047, '{', 60_000), 1048],
    [1001, resourceFrame(1047, 'no json at all'), 1048],
    [1001, resourceFrame(1047, '[]'), 1048],
    [1010, resourceFrame(1047, JSON.stringify({ ...asked, token: 'made up' })), 1048],
    [1010, resourceFrame(1047, JSON.stringify({ ...asked, token: bob.fileToken })), 1048],
    [1010, resourceFrame(1047, JSON.stringify(asked)), 1048],
  ];
  for (const [error, bytes, id] of strangers) {
    const stranger = await open();
    stranger.sendBytes(bytes);
    assert.equal((await stranger.next(id)).body.error, error, bytes.toString('latin1'));
    await stranger.closed;
  }
  // A frame in pieces, two in one, and one that nobody knows: each has its answer.
  const slow = await open();
  const frame = resourceFrame(1045, JSON.stringify({ message_id: 20_000_000 }));
  for (const byte of frame) slow.sendBytes(Buffer.from([byte]));
  assert.equal((await slow.next(1046)).body.error, 1022);
  slow.sendBytes(Buffer.concat([frame, resourceFrame(1999, '{}'), frame]));
  assert.equal((await slow.next(1046)).body.error, 1022);
  assert.equal((await slow.next(2000)).body.error, 1001);
  assert.equal((await slow.next(1046)).body.error, 1022);
  await slow.close();
  // The token is the session's: it ends with it.
  const known = await open();
  const mine = { ...asked, token: ann.fileToken };
  assert.equal((await known.ask(1047, mine)).error, 1022);
  noFaults(ann, bob);
  await eventually('the token is worthless', async () => {
    if (known.isClosed) return true;
    known.send(1047, mine);
    return (await known.next(1048).catch(() => ({ body: { error: 1010 } }))).body.error === 1010;
  });
  await known.closed;
});
