/**
 * Message ids. 1001–1048 belong to the llfcchat dialect, 1049–2048 to Berth's own.
 * A request has an odd id and its answer the even one after it; a push has an odd id and no answer.
 */
export const frameIds = {
  hello: 1049,
  resume: 1051,
  goodbye: 1053,
  /** The client asks whether the node is there. */
  heartbeat: 1055,
  /** The node asks whether the client is there; answered by `probeAnswer`, which has no `req`. */
  probe: 1057,
  /** Push: a frame that could not be answered otherwise (unknown id, undecodable body). */
  error: 1059,
  goAway: 1061,
  kicked: 1063,
  moved: 1065,

  send: 1101,
  deliver: 1103,
  sync: 1105,
  conversations: 1107,
  mark: 1109,
  marked: 1111,
  typing: 1113,
  typed: 1115,
  presence: 1117,
  conversation: 1119,
  preferences: 1121,
  directOpen: 1123,
  /** Push: what happened in a conversation beside messages; who does not know it has a gap and asks. */
  entry: 1125,
  /** Push: this user's list shows a conversation otherwise, by another of their sessions or by what one may do there. */
  listed: 1127,
  /** Push: a message with attachments. */
  attached: 1129,
  sharedItems: 1131,

  /** Push: what changed a message that was there before. */
  changed: 1141,
  edit: 1143,
  recall: 1145,
  react: 1147,
  versions: 1149,
  reactions: 1151,
  hide: 1153,
  /** Push: the user has deleted messages for themselves, in another session. */
  hidden: 1155,
  /** Push: a message that was forwarded, or a poll. */
  carried: 1157,
  pin: 1161,
  pins: 1163,
  draft: 1165,
  drafts: 1167,
  /** Push: the user has typed something in another session. */
  drafted: 1169,
  bookmark: 1171,
  bookmarks: 1173,
  /** Push: the user has marked a message for themselves in another session. */
  bookmarked: 1175,
  vote: 1177,
  pollClose: 1179,
  votes: 1181,
  /** Push: the user has chosen in a poll, in another session. */
  voted: 1183,
  schedule: 1185,
  scheduleEdit: 1187,
  scheduleCancel: 1189,
  scheduledMessages: 1191,
  /** Push: what the user sends later has changed. */
  scheduleChanged: 1193,

  profile: 1201,
  profileUpdate: 1203,
  searchUser: 1205,
  friendRequest: 1207,
  friendAccept: 1209,
  friendDecline: 1211,
  friendRemove: 1213,
  friendAlias: 1215,
  block: 1217,
  unblock: 1219,
  friends: 1221,
  friendRequests: 1223,
  friendEvent: 1225,
  blocks: 1227,
  inviteCreate: 1229,
  invites: 1231,
  inviteRevoke: 1233,
  inviteAccept: 1235,
  liveSessions: 1237,

  groupCreate: 1301,
  groupRename: 1303,
  groupInvite: 1305,
  groupRemove: 1307,
  groupLeave: 1309,
  groupRole: 1311,
  groupMute: 1313,
  members: 1315,
  conversationEvent: 1317,
  groupPicture: 1319,
  groupSettings: 1321,
  groupLinkCreate: 1323,
  groupLinks: 1325,
  groupLinkRevoke: 1327,
  groupJoin: 1329,
  groupSearch: 1331,
  readers: 1333,
  thread: 1335,
  threadMark: 1337,
  /** Push: this user has read a thread, in another session. */
  threadMarked: 1339,
} as const;

export type FrameName = keyof typeof frameIds;

/** The id of the answer to a request. */
export const answerId = (requestId: number): number => requestId + 1;

export const llfcchatIds = { first: 1001, last: 1048 } as const;
export const berthIds = { first: 1049, last: 2048 } as const;
