import { isOldPictureType, oldPictureName, parseOldIconName } from '@berth/wire/old-files';
import type { StoredFile } from '../stores/mysql-file-store.ts';
import type { NumberedMessage } from '../stores/mysql-old-clients.ts';
import type { OldBody } from './old-bodies.ts';
import type { OldContext } from './old-context.ts';
import { chunkBytes, OldRefusal, oldErrors } from './old-ids.ts';
import type { OldPeer } from './old-peer.ts';

const noFile = () => new OldRefusal(oldErrors.fileNotExists, 'there is no such file');
const noMessage = () => new OldRefusal(oldErrors.wrongMessage, 'there is no such message');
/** As the dialect keeps it for a picture that is there. */
const [picture, stored] = [1, 2];

/** 1045: what is known of a picture, for whoever may see its message; before it has shown a token, for anybody where it is. */
export async function tellPicture(
  context: OldContext,
  peer: OldPeer,
  { message_id }: OldBody<'pictureInfo'>,
): Promise<object> {
  const users = peer.user === undefined ? await context.clients.usersAt(peer.network) : [peer.user];
  const message = await context.clients.message(message_id);
  const [first] = message?.attachments ?? [];
  if (message === undefined || first === undefined) throw noMessage();
  const isSeen = await Promise.all(users.map((user) => ownerFor(context, user, message, first.file)));
  const owner = isSeen.find((one) => one !== undefined);
  if (owner === undefined) throw noMessage();
  const { bytes } = await context.pictures.shown(await readyFile(context, owner, first.file));
  return {
    ...{ message_id, thread_id: message.conversation, sender_id: message.sender, recv_id: message.receiver },
    ...{ name: oldPictureName(first), msg_type: picture, status: stored, total_size: String(bytes) },
  };
}

/** 1047: a chunk of a picture. Nothing is kept of what was asked for before, so that it can be asked for in any order. */
export async function sendPictureChunk(
  context: OldContext,
  peer: OldPeer,
  body: OldBody<'downloadPicture'>,
): Promise<object> {
  const user = await peer.identify(body.uid, body.token);
  const message = await context.clients.message(body.message_id);
  if (message === undefined) throw noMessage();
  const wanted = message.attachments.find((one) => oldPictureName(one) === body.name);
  if (wanted === undefined) throw noFile();
  const owner = await ownerFor(context, user, message, wanted.file);
  if (owner === undefined) throw noMessage();
  const { bytes, read } = await context.pictures.shown(await readyFile(context, owner, wanted.file));
  return chunk(body.seq, bytes, read);
}

/** 1033: a chunk of the picture of a person. */
export async function sendIconChunk(
  context: OldContext,
  peer: OldPeer,
  body: OldBody<'download'>,
): Promise<object> {
  const user = await peer.identify(body.uid, body.token);
  const wanted = parseOldIconName(body.name);
  const [owner] = wanted ? await context.entitlements.owners(user, [wanted]) : [];
  if (wanted === undefined || owner === undefined) throw noFile();
  const file = await readyFile(context, owner, wanted.file);
  const png = isOldPictureType(file.type) ? undefined : await context.icons.pngOf(file);
  if (png === undefined) return chunkOf(context, file, body.seq);
  return chunk(body.seq, png.length, async (offset, bytes) => png.subarray(offset, offset + bytes));
}

async function ownerFor(
  { entitlements }: OldContext,
  user: number,
  { conversation, seq }: NumberedMessage,
  file: string,
): Promise<number | undefined> {
  const [owner] = await entitlements.owners(user, [{ file, conversation, seq }]);
  return owner;
}

async function readyFile({ files }: OldContext, owner: number, id: string): Promise<StoredFile> {
  const file = await files.find(owner, id);
  if (file?.state !== 'ready' || file.bytes === 0) throw noFile();
  return file;
}

const chunkOf = ({ storage }: OldContext, { id, bytes }: StoredFile, seq: number): Promise<object> =>
  chunk(seq, bytes, (offset, count) => storage.read(id, offset, count));

async function chunk(
  seq: number,
  total: number,
  read: (offset: number, bytes: number) => Promise<Buffer>,
): Promise<object> {
  const offset = (seq - 1) * chunkBytes;
  if (offset >= total) throw new OldRefusal(oldErrors.wrongOffset, `chunk ${seq} is behind the end`);
  const bytes = await read(offset, Math.min(chunkBytes, total - offset));
  const end = offset + bytes.length;
  return {
    ...{ is_last: end >= total, data: bytes.toString('base64') },
    ...{ total_size: String(total), current_size: String(end) },
  };
}
