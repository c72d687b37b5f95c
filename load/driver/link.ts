import { answerId, encodeFrame, frameIds } from '@berth/wire';
import WebSocket from 'ws';

/** Where a client of the driver connects, and as whom. */
export type Target =
  | { kind: 'relay'; url: string; room: string }
  | { kind: 'socket.io'; url: string; room: string }
  | {
      kind: 'berth';
      url: string;
      ticket: string;
      conversation: number;
      /** The address to come from: one has no more than 28,000 ports for the same server. Default: the system's. */
      localAddress?: string;
    };

/** What a link tells of what came in: how many acknowledgements and deliveries, and their bodies to who asks for them. */
export interface Arrivals {
  acknowledged(count: number): void;
  delivered(count: number): void;
  /**
   * Each body of an answer and of a delivery, decoded; leave undefined to only count. Peers have no seq: there, what
   * comes is numbered.
   */
  frame?: (id: number, body: Record<string, unknown>) => void;
  /** It was ready, and has been closed by the other side. */
  closed?: () => void;
}

/** One client of the load driver: as little work per message as its protocol allows, so that the server is measured. */
export interface Link {
  /** Answers with the number by which the acknowledgement names it (Berth alone). */
  send(cid: string, text: string): number;
  close(): void;
}

export async function openLink(target: Target, arrivals: Arrivals): Promise<Link> {
  const { localAddress } = target as { localAddress?: string };
  const socket = new WebSocket(addressOf(target), { perMessageDeflate: false, localAddress });
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('close', (code) =>
      reject(new Error(`${target.kind}: closed with ${code} before it was ready`)),
    );
  });
  // Listeners are in place before the first message can come.
  if (target.kind === 'relay') return relayLink(socket, opened, arrivals);
  if (target.kind === 'socket.io') return socketIoLink(socket, arrivals);
  return berthLink(socket, opened, target, arrivals);
}

function addressOf(target: Target): string {
  if (target.kind === 'relay') return `${target.url}/?room=${target.room}`;
  if (target.kind === 'socket.io')
    return `${target.url}/socket.io/?EIO=4&transport=websocket&room=${target.room}`;
  return target.url;
}

async function relayLink(socket: WebSocket, opened: Promise<void>, arrivals: Arrivals): Promise<Link> {
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
    close: () => socket.terminate(),
  };
}

async function socketIoLink(socket: WebSocket, arrivals: Arrivals): Promise<Link> {
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
    close: () => socket.terminate(),
  };
}

async function berthLink(
  socket: WebSocket,
  opened: Promise<void>,
  target: Target & { kind: 'berth' },
  arrivals: Arrivals,
): Promise<Link> {
  let req = 2;
  const welcomed = new Promise<void>((resolve, reject) => {
    socket.once('close', (code) => reject(new Error(`closed with ${code} before the welcome`)));
    socket.on('message', (bytes: Buffer) => {
      const ids = [answerId(frameIds.hello), answerId(frameIds.resume)];
      if (bytes.length >= 4 && ids.includes(bytes.readUInt16BE(0)) && bytes.readUInt16BE(0) === ids[1])
        resolve();
    });
  });
  socket.on('message', (bytes: Buffer) => {
    const { answers, pushes } = walk(bytes, answerId(frameIds.send), arrivals.frame);
    if (answers > 0) arrivals.acknowledged(answers);
    if (pushes > 0) arrivals.delivered(pushes);
  });
  await opened;
  socket.send(encodeFrame(frameIds.hello, { req: 1, token: target.ticket }));
  socket.send(encodeFrame(frameIds.resume, { req: 2, marks: [] }));
  const heartbeat = setInterval(
    () => socket.send(encodeFrame(frameIds.heartbeat, { req: 0 })),
    20_000 + Math.random() * 5_000,
  );
  socket.once('close', () => clearInterval(heartbeat));
  await welcomed;
  socket.on('error', () => {});
  socket.once('close', () => arrivals.closed?.());
  return {
    send: (cid, text) => {
      socket.send(encodeFrame(frameIds.send, { req: ++req, conversation: target.conversation, cid, text }));
      return req;
    },
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
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const id = bytes.readUInt16BE(offset);
    const end = offset + 4 + bytes.readUInt16BE(offset + 2);
    if (id === answer) answers++;
    else if (id === frameIds.deliver || id === frameIds.send) pushes++;
    if (frame && (id === answer || id === frameIds.deliver || id === frameIds.send))
      frame(id, end > offset + 4 ? JSON.parse(bytes.toString('utf8', offset + 4, end)) : {});
    offset = end;
  }
  return { answers, pushes };
}
