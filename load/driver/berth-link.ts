import { answerId, encodeFrame, frameIds } from '@berth/wire';
import type WebSocket from 'ws';
import { type Arrivals, type BerthTarget, eachFrame, type Link } from './link.ts';

type Body = Record<string, unknown>;

/** Requests of the link's own, below those of sends. */
const helloReq = 1;
const resumeReq = 2;
const syncReq = 3;

const syncId = answerId(frameIds.sync);
const resumeId = answerId(frameIds.resume);
const helloId = answerId(frameIds.hello);
const sendId = answerId(frameIds.send);
const heartbeat = encodeFrame(frameIds.heartbeat, { req: 0 }).slice();

/**
 * A session on a chat node. It is open once all above the target's mark is there: what was missed comes to `frame` as if it
 * were delivered, and what is pushed meanwhile comes after it.
 */
export async function berthLink(
  socket: WebSocket,
  opened: Promise<void>,
  target: BerthTarget,
  arrivals: Arrivals,
): Promise<Link> {
  const { conversation, mark } = target;
  let req = syncReq;
  let head = 0;
  /** Pushed before what was missed was there. */
  let held: Body[] | undefined = [];
  const welcomed = Promise.withResolvers<void>();
  // Where the connection never stood, `opened` says so, and nobody waits for this one.
  welcomed.promise.catch(() => {});
  socket.once('close', (code) => welcomed.reject(new Error(`closed with ${code} before the welcome`)));

  const sync = (after: number) =>
    socket.send(encodeFrame(frameIds.sync, { req: syncReq, conversation, after, limit: 200 }));
  const whole = () => {
    const waiting = held ?? [];
    held = undefined;
    for (const body of waiting) arrivals.frame?.(frameIds.deliver, body);
    welcomed.resolve();
  };
  const refused = (body: Body) => {
    const { code } = (body.error ?? {}) as { code?: string };
    if (code !== undefined) welcomed.reject(Object.assign(new Error(code), { code }));
    return code !== undefined;
  };
  const onResume = (body: Body) => {
    if (refused(body)) return;
    const heads = (body.conversations ?? []) as { conversation: number; head: number }[];
    head = heads.find((summary) => summary.conversation === conversation)?.head ?? head;
    if (body.part === true) return;
    if (mark === undefined) arrivals.resumed?.(head);
    if (mark !== undefined && head > mark) sync(mark);
    else whole();
  };
  const onSync = (body: Body) => {
    if (refused(body)) return;
    const messages = body.messages as Body[];
    for (const message of messages) arrivals.frame?.(frameIds.deliver, message);
    if (body.more === true && messages.length > 0) sync(messages.at(-1)!.seq as number);
    else whole();
  };

  socket.on('message', (bytes: Buffer) => {
    let answers = 0;
    let pushes = 0;
    eachFrame(bytes, (id, read) => {
      if (id === sendId) {
        answers++;
        arrivals.frame?.(id, read());
      } else if (id === frameIds.deliver) {
        pushes++;
        if (held && arrivals.frame) held.push(read());
        else arrivals.frame?.(id, read());
      } else if (id === resumeId) onResume(read());
      else if (id === syncId) onSync(read());
      else if (id === helloId) refused(read());
      else if (id === frameIds.probe) socket.send(encodeFrame(answerId(frameIds.probe), {}));
    });
    if (answers > 0) arrivals.acknowledged(answers);
    if (pushes > 0) arrivals.delivered(pushes);
  });
  await opened;
  socket.send(encodeFrame(frameIds.hello, { req: helloReq, token: target.ticket }));
  const marks = mark === undefined ? [] : [[conversation, mark]];
  socket.send(encodeFrame(frameIds.resume, { req: resumeReq, marks }));
  await welcomed.promise;
  socket.on('error', () => {});
  socket.once('close', () => arrivals.closed?.());
  return {
    send: (cid, text, resent = false) => {
      socket.send(
        encodeFrame(frameIds.send, { req: ++req, conversation, cid, text, ...(resent && { resent }) }),
      );
      return req;
    },
    beat: () => socket.send(heartbeat),
    close: () => socket.terminate(),
  };
}
