import type { Message } from '@berth/wire';
import crypto from 'k6/crypto';
import { FilesDoor } from './files-door.ts';
import { Member } from './member.ts';
import { metrics, noteError } from './metrics.ts';
import { awaitTurn, ownNumber, type Prepared, profile } from './run-plan.ts';
import { elapse, within } from './time.ts';

const arriveMs = 15_000;

/**
 * Somebody who sends files from one device to their other one, by way of a group of their own: each file goes up in two parts,
 * into a message, and down again by the link of who has received that.
 */
export async function uploads({ run, direct: people }: Prepared): Promise<void> {
  const number = ownNumber();
  const { perMinute, bytes } = profile.uploads!;
  const person = people[number]!;
  const [sender, receiver] = [new Member(person), new Member(person)];
  await awaitTurn(2);
  try {
    for (const device of [sender, receiver]) await device.enter();
    const { conversation: group } = await sender.ask('groupCreate', {
      ...{ cid: `${run}-u${number}`, title: `Load ${run} files ${number}`, members: [] },
    });
    const { conversation } = group;
    await receiver.follow(conversation);
    const endsAt = Date.now() + profile.seconds * 1_000;
    for (let sent = 0; Date.now() < endsAt; sent++) {
      const begunAt = Date.now();
      const cid = `${run}-u${number}-${sent}`;
      try {
        await passFile({ sender, receiver, conversation, cid, content: crypto.randomBytes(bytes) });
      } catch (error) {
        noteError('file', error);
      }
      await elapse(Math.max(0, begunAt + 60_000 / perMinute - Date.now()));
    }
  } finally {
    for (const device of [sender, receiver]) device.close();
  }
}

interface Passing {
  sender: Member;
  receiver: Member;
  conversation: number;
  cid: string;
  content: ArrayBuffer;
}

async function passFile({ sender, receiver, conversation, cid, content }: Passing): Promise<void> {
  const startedAt = Date.now();
  const file = await new FilesDoor(sender.token).upload(`${cid}.bin`, content);
  metrics.berth_upload_ms.add(Date.now() - startedAt);
  const arrived = new Promise<Message>((resolve) => {
    receiver.onText = (message) => {
      if (message.cid === cid) resolve(message);
    };
  });
  await sender.ask('send', { conversation, cid, text: '', attachments: [{ file, kind: 'file' }] });
  const { seq, attachments = [] } = await within(arriveMs, 'a message with a file', arrived);
  const seenAt = Date.now();
  const found = await new FilesDoor(receiver.token).download(attachments[0]!, conversation, seq);
  metrics.berth_download_ms.add(Date.now() - seenAt);
  if (crypto.sha256(found, 'hex') !== crypto.sha256(content, 'hex'))
    throw Object.assign(new Error(`${file} came back otherwise`), { code: 'content' });
  metrics.berth_files.add(1);
}
