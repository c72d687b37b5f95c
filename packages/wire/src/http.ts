import { z } from 'zod';
import { groupLink, inviteToken } from './request-fields.ts';
import { emailField as email, nameField, shownField } from './text-fields.ts';
import { textLimits } from './text-rules.ts';

/** The bodies of gate's HTTP interface: gate checks requests with them, clients take their types. */
const code = z.string().regex(/^\d{6}$/, { error: 'six digits' });
/**
 * A new password: 8 to 128 characters (code points, as JSON Schema counts them) and not a common one. Gate's rules refuse
 * it with `password_refused`, so the schema only says it.
 */
const password = z.string().meta({ minLength: 8, maxLength: 128 });
const deviceClass = z
  .string()
  .regex(/^[a-z0-9-]{1,16}$/)
  .default('web');

export const httpSchemas = {
  codesRequest: z.object({
    email,
    purpose: z.enum(['register', 'reset']),
    locale: z.string().max(35).optional(),
  }),
  codesAnswer: z.object({ resendAfterMs: z.int(), expiresInMs: z.int() }),
  usersRequest: z.object({
    email,
    code,
    name: nameField,
    nick: shownField(textLimits.nick).optional(),
    password,
    /** Who registers by an invite is its maker's friend once they have sent `inviteAccept`. */
    invite: inviteToken.optional(),
  }),
  usersAnswer: z.object({ user: z.object({ id: z.int(), name: z.string(), email: z.string() }) }),
  invitePreviewRequest: z.object({ invite: inviteToken }),
  invitePreviewAnswer: z.object({
    /** Who invites. */
    user: z.object({ id: z.int(), name: z.string(), nick: z.string(), icon: z.string() }),
    expiresAt: z.int(),
  }),
  groupPreviewRequest: z.object({ link: groupLink }),
  groupPreviewAnswer: z.object({
    group: z.object({ id: z.int(), title: z.string(), topic: z.string(), memberCount: z.int() }),
    /** Absent: never. */
    expiresAt: z.int().optional(),
  }),
  passwordsRequest: z.object({ email, code, password }),
  sessionsRequest: z.object({
    email,
    password: z.string().min(1).max(512),
    device: z
      .object({
        class: deviceClass,
        name: z.string().max(64).optional(),
        platform: z.string().max(32).optional(),
      })
      .default({ class: 'web' }),
  }),
  berth: z.object({
    node: z.string(),
    host: z.string(),
    port: z.int(),
    url: z.string(),
    ticket: z.string(),
    expiresAt: z.int(),
  }),
  /** `avoid`: names of nodes that the client has lost. */
  berthsRequest: z
    .object({
      avoid: z
        .array(z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'names of nodes' }))
        .max(16)
        .default([]),
    })
    .default({ avoid: [] }),
  sessionEntry: z.object({
    id: z.string(),
    deviceClass: z.string(),
    deviceName: z.string(),
    platform: z.string(),
    createdAt: z.int(),
    lastSeenAt: z.int(),
    expiresAt: z.int(),
    current: z.boolean(),
  }),
} as const;

export const sessionsAnswer = z.object({
  user: z.object({ id: z.int(), name: z.string(), nick: z.string(), email: z.string(), icon: z.string() }),
  session: z.object({ id: z.string(), token: z.string(), expiresAt: z.int() }),
  berth: httpSchemas.berth,
});
/** What a client may want to know before anyone is logged in. */
export const platformAnswer = z.object({
  /** Where mail to anyone arrives, on a platform that runs on one machine. */
  mailboxUrl: z.string().optional(),
  /** Whether people may invite others by links. */
  invites: z.boolean(),
  /** Where files go, when there is a place: what the paths of `@berth/wire/files` follow, and what it takes. */
  files: z
    .object({
      url: z.string(),
      maxFileBytes: z.int(),
      /** They tell what is behind links (`/v1/previews`). */
      previews: z.boolean().optional(),
    })
    .optional(),
});
export const berthsAnswer = z.object({ berth: httpSchemas.berth });
export const sessionsList = z.object({ sessions: z.array(httpSchemas.sessionEntry) });
export type InvitePreview = z.output<typeof httpSchemas.invitePreviewAnswer>;
export type GroupPreview = z.output<typeof httpSchemas.groupPreviewAnswer>;
export type PlatformAnswer = z.output<typeof platformAnswer>;
export type SessionsAnswer = z.output<typeof sessionsAnswer>;
export type SessionEntry = z.output<typeof httpSchemas.sessionEntry>;
