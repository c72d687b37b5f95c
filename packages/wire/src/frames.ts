import { z } from 'zod';
import { limits } from './limits.ts';
import {
  alias,
  attachment,
  change,
  cid,
  fileId,
  groupLink,
  groupSettings,
  id31,
  inviteToken,
  later,
  mentions,
  mentionsFit,
  milliseconds,
  page,
  poll,
  req,
  role,
  seq,
  title,
} from './request-fields.ts';
import { emojiField, freeField, shownField } from './text-fields.ts';
import { textLimits } from './text-rules.ts';

/** The bodies of the Berth dialect's requests, checked at the door; unknown fields are ignored. */
export const requestSchemas = {
  hello: z.object({
    req,
    /** The ticket of the berth; at the top level, because the edge routes on it. */
    token: z.string().min(1).max(1024),
    /** True of a client that knows entries which are no messages: it is pushed them, and `sync` tells them. */
    entries: z.boolean().default(false),
    /** True of a client that, told to go, connects to its next berth before it leaves this one. */
    moves: z.boolean().default(false),
    /** True of a client that several windows share: it is pushed what it caused itself, as the user's other sessions are. */
    own: z.boolean().default(false),
    /** False of a client to which the answer of a send is enough: this connection is not pushed what it sent. */
    echo: z.boolean().default(true),
    /** True of a client that shows attachments; any other is told lines of text in their place. */
    files: z.boolean().default(false),
    /** True of a client that knows entries, and how messages change; any other is told what it can show of it. */
    changes: z.boolean().default(false),
    device: z
      .object({ name: z.string().max(64).optional(), platform: z.string().max(32).optional() })
      .default({}),
  }),
  resume: z.object({
    req,
    /** `[conversation, seq]`: up to where this device has everything. */
    marks: z.array(z.tuple([id31, seq])).max(limits.maxMarks),
    /** More marks follow in the next resume frame; the answer comes after the last. */
    more: z.boolean().default(false),
  }),
  goodbye: z.object({ req }),
  heartbeat: z.object({ req }),
  send: z
    .object({
      req,
      conversation: id31,
      cid,
      /** Empty only with attachments. */
      text: z.string(),
      replyTo: seq.optional(),
      /** The message below which it stands: it is one of its thread, and replies to it where it says nothing else. */
      thread: seq.optional(),
      /** True when this cid may have been sent before. */
      resent: z.boolean().default(false),
      attachments: z.array(attachment).min(1).max(limits.maxAttachments).optional(),
      mentions,
      /** Says what that message says, attachments and all, instead of words of one's own. */
      forward: z.object({ conversation: id31, seq }).optional(),
      /** A poll, which has no other words. */
      poll: poll.optional(),
    })
    .refine(
      ({ text, attachments, forward, poll }) =>
        forward === undefined && poll === undefined
          ? text !== '' || attachments !== undefined
          : text === '' && !attachments && !(forward && poll),
      { path: ['text'], error: 'a message has a text or attachments, or what is forwarded, or a poll' },
    )
    .refine(mentionsFit.check, mentionsFit.error),
  /** What was shared in a conversation, the newest below `before`. */
  sharedItems: z.object({
    req,
    conversation: id31,
    /** Pictures and videos; voice and sound; other files; texts with links. */
    what: z.enum(['media', 'audio', 'files', 'links']),
    before: seq.optional(),
    limit: z.int().min(1).max(100).default(50),
  }),
  sync: z.object({
    req,
    conversation: id31,
    /** Messages with a greater seq, ascending… */
    after: seq.optional(),
    /** …or with a lesser one: the newest of them, ascending as well. */
    before: seq.optional(),
    limit: z.int().min(1).max(limits.maxSyncMessages).default(50),
  }),
  conversations: z.object({
    req,
    /** `cursor` of the previous answer. */
    cursor: z.string().max(128).optional(),
    limit: page,
  }),
  conversation: z.object({ req, conversation: id31 }),
  mark: z.object({ req, conversation: id31, read: seq.optional(), received: seq.optional() }),
  /** Without `mentions` the new words mention nobody. */
  edit: z
    .object({ req, ...change, text: z.string().min(1), mentions })
    .refine(mentionsFit.check, mentionsFit.error),
  recall: z.object({ req, ...change }),
  react: z.object({ req, ...change, emoji: emojiField, on: z.boolean() }),
  /** Pins a message for everybody in the conversation, or unpins it. */
  pin: z.object({ req, ...change, on: z.boolean() }),
  pins: z.object({ req, conversation: id31, cursor: z.string().max(128).optional(), limit: page }),
  /** Chooses among the options of a poll, by their index, in place of what was chosen before; none: takes it back. */
  vote: z.object({
    req,
    ...change,
    options: z
      .array(
        z
          .int()
          .min(0)
          .max(limits.maxPollOptions - 1),
      )
      .max(limits.maxPollOptions),
  }),
  /** Nobody chooses any more; for who asked. */
  pollClose: z.object({ req, ...change }),
  votes: z.object({
    req,
    conversation: id31,
    target: seq,
    cursor: z.string().max(128).optional(),
    limit: page,
  }),
  /** Sends a text later: after now, and within a year. The `cid` is that of the message. */
  schedule: z.object({ req, ...later, at: milliseconds }).refine(mentionsFit.check, mentionsFit.error),
  /** Both while it is not sent yet. */
  scheduleEdit: z.object({ req, ...later, at: milliseconds }).refine(mentionsFit.check, mentionsFit.error),
  scheduleCancel: z.object({ req, conversation: id31, cid }),
  scheduledMessages: z.object({
    req,
    /** Only those of it. */
    conversation: id31.optional(),
    cursor: z.string().max(128).optional(),
    limit: page,
  }),
  /** Marks a message for oneself alone, to be found again; or no more. */
  bookmark: z.object({ req, conversation: id31, target: seq, on: z.boolean() }),
  bookmarks: z.object({
    req,
    /** Only those of it. */
    conversation: id31.optional(),
    cursor: z.string().max(128).optional(),
    limit: z.int().min(1).max(100).default(50),
  }),
  /** What the user has typed and not sent, for all of their devices; an empty text without a reply: nothing any more. */
  draft: z
    .object({ req, conversation: id31, text: z.string(), replyTo: seq.optional(), mentions })
    .refine(mentionsFit.check, mentionsFit.error),
  drafts: z.object({ req, cursor: z.string().max(128).optional(), limit: page }),
  /** Deletes messages for oneself alone. */
  hide: z.object({ req, conversation: id31, seqs: z.array(seq).min(1).max(limits.maxPage) }),
  versions: z.object({
    req,
    conversation: id31,
    target: seq,
    cursor: z.string().max(128).optional(),
    limit: page,
  }),
  reactions: z.object({
    req,
    conversation: id31,
    target: seq,
    cursor: z.string().max(128).optional(),
    limit: page,
  }),
  typing: z.object({ req: req.optional(), conversation: id31 }),
  preferences: z.object({
    req,
    conversation: id31,
    pinned: z.boolean().optional(),
    silenced: z.boolean().optional(),
    /** Puts a conversation away that one has left, or brings it back; nothing where one is a member. */
    hidden: z.boolean().optional(),
    /** Puts a conversation in the archive, where it stays until something new comes, or takes it out. */
    archived: z.boolean().optional(),
    /** Shows it as unread, though everything in it was read; false: no more. */
    unread: z.boolean().optional(),
  }),
  directOpen: z.object({ req, user: id31 }),

  profile: z.object({ req, user: id31.optional() }),
  profileUpdate: z.object({
    req,
    nick: shownField(textLimits.nick).optional(),
    description: freeField(textLimits.description).optional(),
    sex: z.int().min(0).max(2).optional(),
    /** `file:` and the id of a picture of one's own; else whatever clients agree on. */
    icon: z.string().max(255).optional(),
    /** Who may add the user to groups; of everybody that is an owner or admin. */
    addedBy: z.enum(['nobody', 'friends', 'everybody']).optional(),
  }),
  searchUser: z.object({
    req,
    /** Digits: an id; `@` and more: the beginning of a name; else that, or the beginnings of words of a nick. */
    query: z.string().trim().min(1).max(64),
    limit: z.int().min(1).max(20).default(10),
    /** `cursor` of the previous answer. */
    cursor: z.string().max(128).optional(),
  }),
  friendRequest: z.object({
    req,
    user: id31,
    note: freeField(textLimits.note).prefault(''),
    alias: alias.prefault(''),
  }),
  friendAccept: z.object({ req, user: id31, alias: alias.prefault('') }),
  friendDecline: z.object({ req, user: id31 }),
  friendRemove: z.object({ req, user: id31 }),
  friendAlias: z.object({ req, user: id31, alias }),
  block: z.object({ req, user: id31 }),
  unblock: z.object({ req, user: id31 }),
  friends: z.object({ req, cursor: z.string().max(128).optional(), limit: page }),
  friendRequests: z.object({ req, cursor: z.string().max(128).optional(), limit: page }),
  blocks: z.object({ req, cursor: z.string().max(128).optional(), limit: page }),

  inviteCreate: z.object({
    req,
    /** People who may come by it. */
    maxUses: z.int().min(1).max(100).default(1),
    /** Milliseconds until it expires: a minute to 30 days. */
    forMs: z
      .int()
      .min(60_000)
      .max(30 * 24 * 3_600_000)
      .default(7 * 24 * 3_600_000),
  }),
  invites: z.object({ req, cursor: z.string().max(128).optional(), limit: page }),
  inviteRevoke: z.object({ req, invite: inviteToken }),
  inviteAccept: z.object({ req, invite: inviteToken }),
  liveSessions: z.object({ req }),

  groupCreate: z.object({
    req,
    /** Makes a repeated creation answer with the first group. */
    cid,
    title,
    members: z.array(id31).max(limits.maxInvites).default([]),
  }),
  groupRename: z.object({ req, conversation: id31, title }),
  /** A file of one's own that is a picture; empty: none any more. */
  groupPicture: z.object({ req, conversation: id31, file: fileId.or(z.literal('')) }),
  /** What is not named stays as it is. */
  groupSettings: z
    .object({ req, conversation: id31, ...groupSettings })
    .refine(
      (body) =>
        Object.keys(groupSettings).some((name) => body[name as keyof typeof groupSettings] !== undefined),
      { error: 'nothing to set' },
    ),
  groupLinkCreate: z.object({
    req,
    conversation: id31,
    /** People who may join by it; without: any number. */
    maxUses: z.int().min(1).max(10_000).optional(),
    /** Milliseconds until it expires: a minute to a year; without: never. */
    forMs: z
      .int()
      .min(60_000)
      .max(365 * 24 * 3_600_000)
      .optional(),
  }),
  groupLinks: z.object({ req, conversation: id31, cursor: z.string().max(128).optional(), limit: page }),
  groupLinkRevoke: z.object({ req, conversation: id31, link: groupLink }),
  /** By a link, or a group that is open. */
  groupJoin: z
    .object({ req, link: groupLink.optional(), conversation: id31.optional() })
    .refine(({ link, conversation }) => (link === undefined) !== (conversation === undefined), {
      error: 'a link or a conversation, and not both',
    }),
  /** Open groups whose title has words that begin so; without a query the newest. */
  groupSearch: z.object({
    req,
    query: z.string().trim().max(64).default(''),
    cursor: z.string().max(128).optional(),
    limit: z.int().min(1).max(50).default(20),
  }),
  groupInvite: z.object({ req, conversation: id31, users: z.array(id31).min(1).max(limits.maxInvites) }),
  groupRemove: z.object({ req, conversation: id31, user: id31 }),
  groupLeave: z.object({ req, conversation: id31 }),
  groupRole: z.object({ req, conversation: id31, user: id31, role: role.or(z.literal('owner')) }),
  groupMute: z.object({
    req,
    conversation: id31,
    user: id31,
    /** Milliseconds from now; 0 lifts the mute. */
    forMs: z
      .int()
      .min(0)
      .max(10 * 365 * 24 * 3_600_000),
  }),
  /** The newest replies of a thread below `before`. */
  thread: z.object({
    req,
    conversation: id31,
    root: seq,
    before: seq.optional(),
    limit: z.int().min(1).max(100).default(50),
  }),
  threadMark: z.object({ req, conversation: id31, root: seq, read: seq }),
  /** Who has read a message of a group of up to 100. */
  readers: z.object({ req, conversation: id31, target: seq }),
  members: z.object({ req, conversation: id31, cursor: z.string().max(128).optional(), limit: page }),
} as const;

export type RequestName = keyof typeof requestSchemas;
/** What a handler gets: validated, defaults filled in. */
export type RequestBody<N extends RequestName> = z.output<(typeof requestSchemas)[N]>;
/** What a client may send, without `req`. */
export type RequestInput<N extends RequestName> = Omit<z.input<(typeof requestSchemas)[N]>, 'req'>;
