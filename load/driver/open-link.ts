import WebSocket from 'ws';
import { Beats } from './beats.ts';
import { berthLink } from './berth-link.ts';
import type { Arrivals, Link, Target } from './link.ts';
import { relayLink, socketIoLink } from './peer-links.ts';

export async function openLink(target: Target, arrivals: Arrivals): Promise<Link> {
  const { localAddress, ca, insecure } = target;
  const socket = new WebSocket(addressOf(target), {
    perMessageDeflate: false,
    ...{ localAddress, ca, rejectUnauthorized: !insecure, handshakeTimeout: 30_000 },
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('close', (code) =>
      reject(new Error(`${target.kind}: closed with ${code} before it was ready`)),
    );
  });
  // Listeners are in place before the first message can come.
  const link = await (target.kind === 'relay'
    ? relayLink(socket, opened, arrivals)
    : target.kind === 'socket.io'
      ? socketIoLink(socket, arrivals)
      : berthLink(socket, opened, target, arrivals));
  beats.add(link);
  socket.once('close', () => beats.remove(link));
  return link;
}

/** All of this process: a timer for each would be what is measured. */
const beats = new Beats();

function addressOf(target: Target): string {
  if (target.kind === 'relay') return `${target.url}/?room=${target.room}`;
  if (target.kind === 'socket.io')
    return `${target.url}/socket.io/?EIO=4&transport=websocket&room=${target.room}`;
  return target.url;
}
