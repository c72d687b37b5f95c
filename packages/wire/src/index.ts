export type {
  Answers,
  Berth,
  ConversationEvent,
  ConversationSummary,
  EntryDetails,
  EntryKind,
  Friend,
  FriendRequest,
  Invite,
  Member,
  Message,
  Profile,
  Pushes,
  Role,
} from './answers.ts';
export {
  BerthError,
  type CloseReason,
  closeCodes,
  type ErrorCode,
  errorTable,
  mayReconnect,
  toBerthError,
  type WireError,
} from './errors.ts';
export {
  decodeBody,
  encodeFrame,
  encodeJson,
  FrameDecoder,
  FrameError,
  framesOf,
  type RawFrame,
} from './frame-codec.ts';
export type { RequestBody, RequestInput, RequestName } from './frames.ts';
export type { FoundGroup, GroupLink, GroupSettings, SetSettings } from './group-answers.ts';
export { answerId, berthIds, type FrameName, frameIds, llfcchatIds } from './ids.ts';
export { limits } from './limits.ts';
export {
  areMentionsOf,
  everybody,
  isMentioned,
  type Mention,
  mentionsEverybody,
  withNames,
} from './mentions.ts';
export type {
  Attachment,
  AttachmentKind,
  Draft,
  Forwarded,
  Poll,
  Reaction,
  Replies,
  Scheduled,
} from './message-parts.ts';
export { pollText } from './poll-text.ts';
