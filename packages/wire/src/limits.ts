/** Limits of the wire; those that an operator may change are the defaults of the services' configuration. */
export const limits = {
  /** Bytes of a frame's header: u16 id, u16 length, big endian. */
  headerBytes: 4,
  /** Bytes of a body, at most: what the length field can say. */
  maxBodyBytes: 65_535,
  /** Bytes of the first frame's body, before anyone is known. */
  maxFirstBodyBytes: 4_096,
  /** Bytes of an HTTP request's head, the upgrade's included: cookies of other applications may take most of it. */
  maxHeaderBytes: 24_576,
  /** The first frame must be whole within this. */
  firstFrameTimeoutMs: 5_000,
  /** Bytes of an encoded deliver frame's body: so what was accepted can always be delivered and synced. */
  maxDeliverBytes: 16_384,
  /** Bytes of a client's message id. */
  maxCidBytes: 32,
  /** Bytes of what names a change of a message. */
  maxChangeCidBytes: 31,
  /** Different emoji on one message. */
  maxReactions: 20,
  /** Of those who reacted with one emoji so many are told with the message; all of them are listed on request. */
  maxToldReacted: 8,
  /** People whom one message mentions, each time that it does. */
  maxMentions: 50,
  /** Unread messages of a conversation that mention one, as many as its summary tells. */
  maxToldMentions: 50,
  /** Messages that are pinned in one conversation. */
  maxPins: 100,
  /** Conversations in which a user has typed something and not sent it. */
  maxDrafts: 500,
  /** Messages that a user has marked for themselves. */
  maxBookmarks: 2_000,
  /** Options of a poll. */
  maxPollOptions: 12,
  /** Messages that a user has sent later. */
  maxScheduled: 100,
  /** So far ahead at most. */
  maxScheduleMs: 366 * 24 * 3_600_000,
  /** Code points of an emoji that is reacted with. */
  maxEmojiCharacters: 16,
  /** A client sends something at least this often. */
  heartbeatMs: 25_000,
  /** Silence after which either side gives the connection up. */
  deadMs: 60_000,
  /** Marks in one resume frame. */
  maxMarks: 2_000,
  /** Messages in one sync answer. */
  maxSyncMessages: 200,
  /** Files of one message. */
  maxAttachments: 10,
  /** Items in one page of anything else. */
  maxPage: 200,
  /** User ids in one invite or group creation. */
  maxInvites: 1_000,
  /** Members of a group in which one is told who has read. */
  maxReadersMembers: 100,
  /** Depth of a JSON body. */
  maxJsonDepth: 16,
} as const;
