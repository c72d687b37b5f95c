import type { OldBody } from './old-bodies.ts';
import type { OldContext } from './old-context.ts';
import { OldRefusal, oldErrors } from './old-ids.ts';
import type { OldPeer } from './old-peer.ts';
import type { OldUpload } from './old-upload.ts';

/** 1041: the first chunk of a picture that was announced to chat, which gave it its number. */
export async function receiveFirstChunk(
  { clients, uploads }: OldContext,
  peer: OldPeer,
  body: OldBody<'firstChunk'>,
): Promise<object> {
  const owner = await peer.identify(body.uid, body.token);
  const picture = await clients.announcedPicture(owner, body.message_id);
  const isOwn = body.sender === undefined || body.sender === owner;
  if (picture === undefined || !isOwn || picture.name !== body.name)
    throw new OldRefusal(oldErrors.wrongMessage, 'no picture of this user has this number');
  if (body.seq !== 1) throw new OldRefusal(oldErrors.wrongSeq, 'the first chunk is the first');
  const key = `picture ${body.message_id}`;
  const { name, md5, cid } = picture;
  const upload = await uploads.begin(peer.uploads, key, {
    ...{ owner, name, md5, totalBytes: body.total_size },
    tell: (file) => clients.uploaded(owner, cid, file),
  });
  await take({ uploads }, peer, { key, upload, body });
  return {};
}

/** 1037, 1043: a further one; after a pause some may come again. */
export async function receiveNextChunk(
  { uploads }: OldContext,
  peer: OldPeer,
  body: OldBody<'nextChunk'>,
): Promise<object> {
  await peer.identify(body.uid, undefined);
  const key = `picture ${body.message_id}`;
  const upload = peer.uploads.get(key);
  if (upload === undefined || upload.options.name !== body.name)
    throw new OldRefusal(oldErrors.wrongMessage, 'there is no such upload');
  await take({ uploads }, peer, { key, upload, body });
  return {};
}

/** 1031: a chunk of a picture of the user; with the first one it begins. */
export async function receiveIconChunk(
  { clients, uploads }: OldContext,
  peer: OldPeer,
  body: OldBody<'uploadIcon'>,
): Promise<object> {
  const owner = await peer.identify(body.uid, body.token);
  const key = `icon ${body.name}`;
  const known = peer.uploads.get(key);
  if (known === undefined && body.seq !== 1)
    throw new OldRefusal(oldErrors.wrongSeq, 'there is no such upload');
  const { name, md5, total_size: totalBytes } = body;
  const isNew = known === undefined || body.seq === 1;
  const upload = isNew
    ? await uploads.begin(peer.uploads, key, {
        ...{ owner, name, md5: md5.toLowerCase(), totalBytes },
        tell: (file) => clients.uploadedIcon(owner, name, md5, file, Date.now()),
      })
    : known;
  await take({ uploads }, peer, { key, upload, body });
  return {};
}

/** An upload that one chunk does not fit is over: nothing of it is kept. */
async function take(
  { uploads }: Pick<OldContext, 'uploads'>,
  peer: OldPeer,
  { key, upload, body }: { key: string; upload: OldUpload; body: OldBody<'nextChunk' | 'uploadIcon'> },
): Promise<void> {
  try {
    await upload.write(body);
    if (upload.isWhole) await uploads.finish(peer.uploads, key, upload);
  } catch (error) {
    await uploads.drop(peer.uploads, key);
    throw error;
  }
}
