import { isOldClientName } from '@berth/wire/old-files';
import { z } from 'zod';

/** The bodies of the dialect's requests. Ids are 32-bit integers; what a client also sends is ignored. */
const uid = z.int().min(1).max(0x7fff_ffff);
const seen = z.int().min(0).max(0x7fff_ffff).default(0);
/** Its client splits texts so that all of one frame have at most 1,024 characters; more is no fault. */
const content = z.string().min(1);

export const oldBodies = {
  chatLogin: z.object({ uid, token: z.string().min(1).max(1_024) }),
  searchUser: z.object({ uid: z.string().trim().min(1).max(64) }),
  addFriend: z.object({
    uid,
    touid: uid,
    applyname: z.string().default(''),
    bakname: z.string().default(''),
  }),
  authFriend: z.object({ fromuid: uid, touid: uid, back: z.string().default('') }),
  textChat: z.object({
    fromuid: uid,
    touid: uid,
    thread_id: uid.optional(),
    text_array: z
      .array(
        z.object({ content, msgid: z.string().min(1).optional(), unique_id: z.string().min(1).optional() }),
      )
      .min(1)
      .max(64),
  }),
  loadChatThread: z.object({ uid, thread_id: seen }),
  createPrivateChat: z.object({ uid, other_id: uid }),
  loadChatMessages: z.object({ thread_id: uid, message_id: seen }),
  /** `text_or_url` is a path on the sender's machine: it is not even read. */
  pictureChat: z.object({
    ...{ fromuid: uid, touid: uid, thread_id: uid },
    md5: z
      .string()
      .regex(/^[0-9a-fA-F]{32}$/)
      .transform((text) => text.toLowerCase()),
    name: z.string().refine(isOldClientName, { error: 'a UUID and an extension' }),
    unique_id: z.string().min(1).max(1_024),
  }),
} as const;

export type OldBody<N extends keyof typeof oldBodies> = z.output<(typeof oldBodies)[N]>;
