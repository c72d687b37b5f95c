import assert from 'node:assert/strict';
import { eventually } from '@berth/fixtures';
import { type Body, FrameSocket } from '../harness/frame-socket.ts';
import type { PlatformDoors } from '../harness/platform.ts';
import { post, xorPassword } from './old-http.ts';

/** Someone who uses the Qt client. */
export interface OldUser {
  uid: number;
  name: string;
  email: string;
  password: string;
}

let count = 0;

/** Registers as the Qt client does: code by mail, then the account. Names are unique in the process. */
export async function registerOldUser(platform: PlatformDoors, name: string): Promise<OldUser> {
  const unique = `${name}${++count}`;
  const email = `${unique}@example.org`;
  const password = 'Berth4sea!';
  assert.equal((await post(platform.gateUrl, '/get_varifycode', { email })).error, 0);
  const answer = await post(platform.gateUrl, '/user_register', {
    ...{
      user: unique,
      email,
      icon: ':/res/head_1.jpg',
      sex: 0,
      nick: unique,
      varifycode: await platform.mailbox.code(email),
    },
    ...{ passwd: xorPassword(password), confirm: xorPassword(password) },
  });
  assert.equal(answer.error, 0, JSON.stringify(answer));
  return { uid: answer.uid, name: unique, email, password };
}

/** POST /user_login. */
export function oldLogIn(platform: PlatformDoors, user: OldUser): Promise<Body> {
  return post(platform.gateUrl, '/user_login', { email: user.email, passwd: xorPassword(user.password) });
}

/** Logs in to the chat node that gate names, or to another node of `among` when given. Answers with the client and 1006. */
export async function oldConnect(
  platform: PlatformDoors,
  user: OldUser,
): Promise<{ client: FrameSocket; welcome: Body; port: number }> {
  // 1002: a part of the platform was too slow to answer.
  const berth = await eventually('gate can place', async () => {
    const answer = await oldLogIn(platform, user);
    return answer.error !== 1002 && answer;
  });
  assert.equal(berth.error, 0, JSON.stringify(berth));
  const port = Number(berth.port);
  const client = await FrameSocket.connect(berth.host, port);
  const welcome = await client.ask(1005, { uid: user.uid, token: berth.token });
  assert.equal(welcome.error, 0, JSON.stringify(welcome));
  return { client, welcome, port };
}

/**
 * Two users on two different nodes. Least-connection placement puts the second elsewhere than the first once it has heard
 * that the clients of the test before are gone; until then the second logs in again.
 */
export async function twoOnTwoNodes(platform: PlatformDoors): Promise<{
  ann: OldUser;
  bob: OldUser;
  annClient: FrameSocket;
  bobClient: FrameSocket;
}> {
  const ann = await registerOldUser(platform, 'ann');
  const bob = await registerOldUser(platform, 'bob');
  const first = await oldConnect(platform, ann);
  const second = await eventually('the two are on two nodes', async () => {
    const place = await oldConnect(platform, bob);
    if (place.port !== first.port) return place;
    await place.client.close();
    return undefined;
  });
  return { ann, bob, annClient: first.client, bobClient: second.client };
}

/** Makes two users friends, as their clients do; answers with the thread of the two. */
export async function befriend({
  ann,
  bob,
  annClient,
  bobClient,
}: {
  ann: OldUser;
  bob: OldUser;
  annClient: FrameSocket;
  bobClient: FrameSocket;
}): Promise<number> {
  const asked = await annClient.ask(1009, {
    uid: ann.uid,
    applyname: 'hello',
    bakname: 'my bob',
    touid: bob.uid,
  });
  assert.equal(asked.error, 0);
  await bobClient.next(1011);
  const accepted = await bobClient.ask(1013, { fromuid: bob.uid, touid: ann.uid, back: 'my ann' });
  assert.equal(accepted.error, 0);
  await annClient.next(1015);
  const thread = await annClient.ask(1027, { uid: ann.uid, other_id: bob.uid });
  assert.equal(thread.error, 0);
  return thread.thread_id;
}
