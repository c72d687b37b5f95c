import { isOldClientName } from '@berth/wire/old-files';
import { z } from 'zod';

/** A number, or the text of one: which of them a field is differs from frame to frame, and from client to client. */
const number = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,10}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(0).max(0x7fff_ffff));
const id = number.refine((value) => value > 0);
const token = z.string().min(1).max(1_024);
const name = z.string().max(255);
/** Named by the client; anything else could be a path. */
const newName = z.string().refine(isOldClientName, { error: 'a UUID and an extension' });
const data = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const chunk = { seq: id, total_size: id, data, md5: z.string().regex(/^[0-9a-fA-F]{32}$/), uid: id };
const people = { message_id: id, sender: id.optional(), receiver: id.optional() };

export const oldBodies = {
  uploadIcon: z.object({ ...chunk, name: newName, token: token.optional(), last_seq: number.optional() }),
  firstChunk: z.object({ ...chunk, ...people, name: newName, token }),
  nextChunk: z.object({ ...chunk, ...people, name: newName }),
  pictureInfo: z.object({ message_id: id }),
  downloadPicture: z.object({
    ...{ name, seq: id, token: token.optional(), uid: id, message_id: id },
    ...{ sender_id: id.optional(), receiver_id: id.optional() },
  }),
  /** `client_path` is where the client will write: it is said again, and nothing else is done with it. */
  download: z.object({
    ...{ name, seq: id, token, uid: id },
    ...{ client_path: z.string().max(4_096).default(''), req_type: z.string().max(64).default('') },
  }),
} as const;

export type OldBody<N extends keyof typeof oldBodies> = z.output<(typeof oldBodies)[N]>;
