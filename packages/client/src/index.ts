export {
  type Attachment,
  type AttachmentKind,
  BerthError,
  type ConversationEvent,
  type ConversationSummary,
  type Draft,
  type ErrorCode,
  everybody,
  type Forwarded,
  type FoundGroup,
  type Friend,
  type FriendRequest,
  type GroupLink,
  type GroupSettings,
  type Invite,
  isMentioned,
  type Member,
  type Mention,
  type Message,
  type Poll,
  type Profile,
  type Reaction,
  type Replies,
  type Role,
  type Scheduled,
  type SetSettings,
  withNames,
} from '@berth/wire';
export type { GroupPreview, InvitePreview, PlatformAnswer, SessionEntry } from '@berth/wire/http';
export { createClient } from './client.ts';
export { type Clock, systemClock } from './clock.ts';
export { GateError } from './gate-api.ts';
export { applySettings } from './group-settings.ts';
export type { Entry, KindEvents } from './kind-events.ts';
export { applyChange, isOwnReaction, type MessageChange } from './message-change.ts';
export { IndexedDbStorage, type KeyValueStorage, MemoryStorage, WebStorage } from './storage.ts';
export { browserTabs, type TabChannel, type Tabs } from './tabs/tabs.ts';
export { applyReply } from './thread-replies.ts';
export type {
  AccountUser,
  BerthClient,
  ChangeRules,
  ClientEvents,
  ClientOptions,
  ClientRequestName,
  ConnectionState,
  OutgoingMessage,
  OutgoingState,
  Pages,
  Receipts,
} from './types.ts';
