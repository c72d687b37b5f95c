import { answerId, encodeFrame, frameIds } from '@berth/wire';
import type WebSocket from 'ws';
import { type Arrivals, eachFrame, type Link } from './link.ts';

const heartbeat = encodeFrame(frameIds.heartbeat, { req: 0 }).slice();

export async function relayLink(socket: WebSocket, opened: Promise<void>, arrivals: Arrivals): Promise<Link> {
  const { frame } = arrivals;
  let seq = 0;
  let answered = 0;
  const numbered =
    frame &&
    ((id: number, body: Record<string, unknown>) => {
      if (id === frameIds.send) frame(frameIds.deliver, { ...body, seq: ++seq });
      else frame(answerId(frameIds.send), { req: ++answered, seq: ++seq });
    });
  socket.on('message', (bytes: Buffer) => {
    const { answers, pushes } = walk(bytes, 0, numbered);
    arrivals.acknowledged(answers);
    arrivals.delivered(pushes);
  });
  let req = 0;
  await opened;
  return {
    send: (cid, text) => {
      socket.send(encodeFrame(frameIds.send, { req: ++req, conversation: 1, cid, text }));
      return req;
    },
    beat: () => socket.send(heartbeat),
    close: () => socket.terminate(),
  };
}

export async function socketIoLink(socket: WebSocket, arrivals: Arrivals): Promise<Link> {
  let number = 0;
  let seq = 0;
  let answered = 0;
  const joined = new Promise<void>((resolve) => {
    socket.on('message', (bytes: Buffer) => {
      const text = bytes.toString();
      if (text.startsWith('43')) {
        arrivals.frame?.(answerId(frameIds.send), { req: ++answered, seq: ++seq });
        arrivals.acknowledged(1);
      } else if (text.startsWith('42')) {
        arrivals.frame?.(frameIds.deliver, {
          ...JSON.parse(text.slice(text.indexOf('[')))[1],
          conversation: 0,
          seq: ++seq,
        });
        arrivals.delivered(1);
      } else if (text.startsWith('40')) resolve();
      else if (text === '2') socket.send('3');
      else if (text.startsWith('0')) socket.send('40');
    });
  });
  await joined;
  return {
    send: (cid, text) => {
      socket.send(`42${++number}${JSON.stringify(['m', { cid, text }])}`);
      return number;
    },
    beat: () => {},
    close: () => socket.terminate(),
  };
}

/** Counts the frames of a message by their ids: answers to a send, and deliveries (of the relay: everything that is no answer). */
function walk(
  bytes: Buffer,
  answer: number,
  frame?: (id: number, body: Record<string, unknown>) => void,
): { answers: number; pushes: number } {
  let answers = 0;
  let pushes = 0;
  eachFrame(bytes, (id, read) => {
    if (id === answer) answers++;
    else if (id === frameIds.deliver || id === frameIds.send) pushes++;
    else return;
    frame?.(id, read());
  });
  return { answers, pushes };
}
