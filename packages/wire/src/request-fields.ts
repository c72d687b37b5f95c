import { z } from 'zod';
import { limits } from './limits.ts';
import { areMentionsOf } from './mentions.ts';
import { freeField, optionalShownField, shownField } from './text-fields.ts';
import { likeness, textLimits } from './text-rules.ts';

const encoder = new TextEncoder();

/** A number of the client's choosing that the answer repeats. */
export const req = z.int().min(0).max(0xffff_ffff);
export const id31 = z.int().min(1).max(0x7fff_ffff);
export const seq = z.int().min(0).max(0xffff_ffff);
export const page = z.int().min(1).max(limits.maxPage).default(50);
export const cid = z
  .string()
  .min(1)
  .refine(isShortEnough, { error: `at most ${limits.maxCidBytes} bytes` });
export const title = shownField(textLimits.title);
export const alias = optionalShownField(textLimits.alias);
export const role = z.enum(['admin', 'member']);

/** What a group has beside its title. */
export const groupSettings = {
  /** What it is about, in a line… */
  topic: optionalShownField(textLimits.topic).optional(),
  /** …and at length. Both may be empty. */
  about: freeField(textLimits.about).optional(),
  /** Only the owner and admins write. */
  announcements: z.boolean().optional(),
  /** Milliseconds between two messages of one member who is no admin; 0: as fast as they like. */
  slowMs: z
    .int()
    .min(0)
    .max(24 * 3_600_000)
    .optional(),
  /** Found by anyone by its title, and joined without an invitation; only the owner says so. */
  open: z.boolean().optional(),
  /** From where on those see it who come from now on: from when they join, or from the beginning. */
  history: z.enum(['join', 'beginning']).optional(),
};

/** 128 random bits. */
export const fileId = z.string().regex(/^[\w-]{22}$/, { error: 'no file is called so' });
const pixels = z.int().min(1).max(65_535);

/** What the sender says of a file that they have uploaded; what is told of it otherwise is found from its bytes. */
export const attachment = z.object({
  file: fileId,
  /** What is not of that kind is shown as a `file`. */
  kind: z.enum(['image', 'video', 'audio', 'voice', 'file']),
  /** Of a video; a picture is measured. */
  width: pixels.optional(),
  height: pixels.optional(),
  /** Of a video, of sound and voice. */
  durationMs: z.int().min(0).max(0x7fff_ffff).optional(),
  /** Of a video; that of a picture is made. Base64url. */
  thumbhash: z
    .string()
    .regex(/^[\w-]{7,54}$/)
    .optional(),
  /** Of voice: base64url of 64 bytes. */
  waveform: z
    .string()
    .regex(/^[\w-]{86}$/)
    .optional(),
});
/** Who is meant by which words of the text. */
export const mentions = z
  .array(
    z.object({
      /** 0: everybody in the group. */
      user: z.int().min(0).max(0x7fff_ffff),
      at: z.int().min(0).max(limits.maxBodyBytes),
      length: z.int().min(1).max(limits.maxBodyBytes),
    }),
  )
  .min(1)
  .max(limits.maxMentions)
  .optional();
export const mentionsFit = {
  check: (said: { text: string; mentions?: z.output<typeof mentions> }) =>
    said.mentions === undefined || areMentionsOf(said.text, said.mentions),
  error: { path: ['mentions'], error: 'words of the text, in their order' },
};
/** What changes a message: its `cid` names the change, so that a repeated request answers with the first one. */
export const change = {
  conversation: id31,
  cid: cid.refine((text) => encoder.encode(text).length <= limits.maxChangeCidBytes, {
    error: `at most ${limits.maxChangeCidBytes} bytes`,
  }),
  target: seq,
};

/** A question, and what can be chosen. */
export const poll = z
  .object({
    question: shownField(textLimits.pollQuestion),
    options: z.array(shownField(textLimits.pollOption)).min(2).max(limits.maxPollOptions),
    /** Whether one may choose several. */
    many: z.boolean().default(false),
    /** Whether nobody is told who chose what. */
    anonymous: z.boolean().default(false),
  })
  .refine(({ options }) => new Set(options.map(likeness)).size === options.length, {
    path: ['options'],
    error: 'two options are equal',
  });

/** Since 1970. */
export const milliseconds = z.int().min(0).max(8.64e15);
/** What is sent later. */
export const later = {
  ...{ conversation: id31, cid },
  text: z.string().min(1),
  replyTo: seq.optional(),
  mentions,
};

/** What the link of an invite ends with. */
export const inviteToken = z.string().regex(/^[\w-]{27}$/, { error: 'no invite is called so' });
/** What the link of a group ends with. */
export const groupLink = z.string().regex(/^[\w-]{27}$/, { error: 'no link is called so' });

/** No code unit takes more than three bytes, nor less than one. */
function isShortEnough(cid: string): boolean {
  if (cid.length > limits.maxCidBytes) return false;
  return 3 * cid.length <= limits.maxCidBytes || encoder.encode(cid).length <= limits.maxCidBytes;
}
