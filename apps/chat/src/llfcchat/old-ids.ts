import type { ErrorCode } from '@berth/wire';

/** Ids of the dialect's frames, by the names of its contract (docs/protocol.md). An answer has the id after its request's. */
export const oldIds = {
  chatLogin: 1005,
  searchUser: 1007,
  addFriend: 1009,
  notifyAddFriend: 1011,
  authFriend: 1013,
  notifyAuthFriend: 1015,
  textChat: 1017,
  notifyTextChat: 1019,
  notifyOffLine: 1021,
  heartbeat: 1023,
  loadChatThread: 1025,
  createPrivateChat: 1027,
  loadChatMessages: 1029,
  pictureChat: 1035,
  notifyPicture: 1039,
} as const;

/** The numbers that the dialect has for errors. */
export const oldErrors = {
  success: 0,
  json: 1001,
  rpcFailed: 1002,
  tokenInvalid: 1010,
  uidInvalid: 1011,
  createChatFailed: 1012,
  loadChatFailed: 1013,
} as const;

/** Bytes of a body at most: the dialect's servers put the length through a signed 16-bit number. */
export const maxOldBodyBytes = 32_767;

/**
 * The nearest number for an error. `refused` is what a request answers when its target is not there or not for this
 * user; the default is that the user in it is not valid.
 */
export function oldErrorOf(code: ErrorCode, refused: number = oldErrors.uidInvalid): number {
  switch (code) {
    case 'bad_request':
    case 'unknown_frame':
    case 'too_large':
      return oldErrors.json;
    case 'unauthenticated':
    case 'ticket_invalid':
    case 'session_ended':
      return oldErrors.tokenInvalid;
    case 'not_found':
    case 'not_member':
    case 'not_friends':
    case 'blocked':
    case 'forbidden':
    case 'muted':
    case 'admins_only':
    case 'slow_mode':
    case 'already_exists':
    case 'conflict':
      return refused;
    default:
      return oldErrors.rpcFailed;
  }
}
