import { Mysql } from '@berth/mysql';
import { type Log, type Metrics, noTracing, type Tracing } from '@berth/telemetry';
import type { ChatConfig } from './config.ts';
import { ConversationList } from './conversations/conversation-list.ts';
import { ConversationReader } from './conversations/conversation-reader.ts';
import { type LiveEnds, noLiveEnds } from './conversations/live-ends.ts';
import type { LiveQueries } from './conversations/live-queries.ts';
import { MessageReaders } from './conversations/message-readers.ts';
import { MysqlBookmarks } from './conversations/mysql-bookmarks.ts';
import { MysqlChangeStore } from './conversations/mysql-change-store.ts';
import { MysqlDirectStore } from './conversations/mysql-direct-store.ts';
import { MysqlDrafts } from './conversations/mysql-drafts.ts';
import { MysqlGroupDirectory } from './conversations/mysql-group-directory.ts';
import { MysqlGroupLinks } from './conversations/mysql-group-links.ts';
import { MysqlGroupSettings } from './conversations/mysql-group-settings.ts';
import { MysqlGroupStore } from './conversations/mysql-group-store.ts';
import { MysqlHiddenMessages } from './conversations/mysql-hidden-messages.ts';
import { MysqlLiveQueries } from './conversations/mysql-live-queries.ts';
import { MysqlMentions } from './conversations/mysql-mentions.ts';
import { MysqlOldUploads } from './conversations/mysql-old-uploads.ts';
import { MysqlPins } from './conversations/mysql-pins.ts';
import { MysqlPolls } from './conversations/mysql-polls.ts';
import { MysqlPreferenceStore } from './conversations/mysql-preference-store.ts';
import { MysqlReactions } from './conversations/mysql-reactions.ts';
import { MysqlScheduled } from './conversations/mysql-scheduled.ts';
import { MysqlThreads } from './conversations/mysql-threads.ts';
import { SharedFiles } from './conversations/shared-files.ts';
import { FileLines } from './log/file-lines.ts';
import { LogHeads } from './log/log-heads.ts';
import { LogHints } from './log/log-hints.ts';
import { MessageWriter } from './log/message-writer.ts';
import { appenderSession, MysqlMessageStore, turnSession } from './log/mysql-message-store.ts';
import type { Publisher } from './log/publisher.ts';
import { RangeReader } from './log/range-reader.ts';
import { SeenReader } from './log/seen-reader.ts';
import { MarkWriter } from './membership/mark-writer.ts';
import { MemberDirectory } from './membership/member-directory.ts';
import { MemberHistory } from './membership/member-history.ts';
import { MysqlOldClientMarks } from './membership/mysql-old-client-marks.ts';
import { MysqlOldFiles } from './membership/mysql-old-files.ts';
import { MysqlOldMessageIds } from './membership/mysql-old-message-ids.ts';
import { MysqlBlockStore } from './people/mysql-block-store.ts';
import { MysqlFriendStore } from './people/mysql-friend-store.ts';
import { MysqlInviteStore } from './people/mysql-invite-store.ts';
import { MysqlPeopleLists } from './people/mysql-people-lists.ts';
import { MysqlPeopleSearch } from './people/mysql-people-search.ts';
import { MysqlProfileStore } from './people/mysql-profile-store.ts';
import { SendRates } from './rates/send-rates.ts';
import { UserTurns } from './rates/user-turns.ts';
import { MysqlFileClaims } from './stores/file-claims.ts';
import { GuardedMysql } from './stores/guarded-mysql.ts';

/** Everything that handlers keep or look up in MySQL, and what is cached of it on this node. */
export interface Stores {
  directory: MemberDirectory;
  /** Where logs end. */
  heads: LogHeads;
  conversations: ConversationReader;
  ranges: RangeReader;
  /** Messages as somebody sees them. */
  seen: SeenReader;
  live: LiveQueries;
  conversationList: ConversationList;
  direct: MysqlDirectStore;
  groups: MysqlGroupStore;
  readers: MessageReaders;
  threads: MysqlThreads;
  groupDirectory: MysqlGroupDirectory;
  groupLinks: MysqlGroupLinks;
  groupSettings: MysqlGroupSettings;
  changes: MysqlChangeStore;
  reactions: MysqlReactions;
  pins: MysqlPins;
  polls: MysqlPolls;
  drafts: MysqlDrafts;
  scheduled: MysqlScheduled;
  bookmarks: MysqlBookmarks;
  hidden: MysqlHiddenMessages;
  marks: MarkWriter;
  preferences: MysqlPreferenceStore;
  profiles: MysqlProfileStore;
  search: MysqlPeopleSearch;
  people: MysqlPeopleLists;
  friends: MysqlFriendStore;
  blocks: MysqlBlockStore;
  invites: MysqlInviteStore;
  files: MysqlFileClaims;
  fileLines: FileLines;
  shared: SharedFiles;
  messageWriter: MessageWriter;
  sendRates: SendRates;
  oldClientMarks: MysqlOldClientMarks;
  oldMessageIds: MysqlOldMessageIds;
  oldFiles: MysqlOldFiles;
  oldUploads: MysqlOldUploads;
  /** What is cached or waits, by name: entries, or bytes where the name says so. */
  kept(): Record<string, number>;
  /** Finishes the commits in flight and closes what `createStores` opened. */
  close(): Promise<void>;
}

export interface StoresOptions {
  config: Pick<
    ChatConfig,
    | 'friendRequestAgainMs'
    | 'maxGroupsCreated'
    | 'messageChanges'
    | 'mysql'
    | 'sends'
    | 'strangersMayWrite'
    | 'maxGroupMembers'
    | 'webUrl'
  >;
  /** For everything but the message writer, which has connections of its own. */
  mysql: Mysql;
  publisher: Publisher;
  log: Log;
  metrics: Metrics;
  /** Default: none. */
  ends?: LiveEnds;
  /** Default: nothing is traced. */
  tracing?: Tracing;
}

/**
 * Of messages in conversations that others write to at the same time; with those that go together half of the connections that
 * everything but the message writer has.
 */
const changesAlone = { parallel: 3, maxOfUser: 2 };

/** Of one user, at most. */
const limits = { friends: 5_000, requests: 500, blocks: 5_000 };

export function createStores({
  config,
  mysql: pool,
  publisher,
  log,
  metrics,
  tracing = noTracing,
  ends = noLiveEnds,
}: StoresOptions): Stores {
  const mysql = new GuardedMysql(pool);
  const { writers, ...connection } = config.mysql;
  const { strangersMayWrite } = config;
  const marks = new MarkWriter(mysql);
  const blocks = new MysqlBlockStore({ mysql, maxBlocks: limits.blocks });
  const { watch } = pool;
  const appenders = new Mysql({ ...connection, poolSize: writers, session: appenderSession, watch });
  // One for the conversations that are written in turns, and one for those that are locked elsewhere.
  const turns = new Mysql({ ...connection, poolSize: 2, session: turnSession, watch });
  const heads = new LogHeads();
  const directory = new MemberDirectory({ mysql });
  const ranges = new RangeReader({ mysql });
  const seen = new SeenReader({ mysql, ranges });
  const hints = new LogHints(mysql);
  const oldMessageIds = new MysqlOldMessageIds({ mysql });
  const sendRates = new SendRates(config.sends);
  const history = new MemberHistory(mysql);
  const hidden = new MysqlHiddenMessages(mysql);
  const fileLines = new FileLines(config.webUrl);
  const conversations = new ConversationReader({
    mysql,
    directory,
    history,
    hidden,
    mentions: new MysqlMentions({ mysql, hidden, seen }),
    ranges,
    seen,
    hints,
    ends,
    marks,
    strangersMayWrite,
    fileLines,
  });
  const changes = new MysqlChangeStore({
    ...{ mysql, directory, heads, publisher, strangersMayWrite, turns: new UserTurns(changesAlone) },
    ...config.messageChanges,
  });
  const conversationList = new ConversationList({ reader: conversations });
  const messageWriter = new MessageWriter({
    store: new MysqlMessageStore({
      appenders,
      turns,
      heads,
      standings: directory,
      strangersMayWrite,
    }),
    publisher,
    log,
    tracing,
    writers,
    observe: observeBatches(metrics),
  });
  metrics.gauge('chat_mysql_away', '1 while calls to MySQL are refused at once', [], () =>
    Number(mysql.isAway),
  );
  metrics.gauge(
    'chat_messages_waiting',
    'messages that wait for their commit',
    [],
    () => messageWriter.waiting,
  );
  return {
    directory,
    heads,
    conversations,
    ranges,
    seen,
    live: new MysqlLiveQueries({ mysql, directory, conversations, ranges, seen, hints }),
    conversationList,
    direct: new MysqlDirectStore({ mysql, strangersMayWrite }),
    groups: new MysqlGroupStore({
      mysql,
      maxMembers: config.maxGroupMembers,
      maxCreated: config.maxGroupsCreated,
      strangersMayWrite,
    }),
    readers: new MessageReaders({ mysql, conversations, ranges, marks, blocks }),
    threads: new MysqlThreads(mysql),
    groupDirectory: new MysqlGroupDirectory({ mysql, maxMembers: config.maxGroupMembers }),
    groupLinks: new MysqlGroupLinks({ mysql, maxMembers: config.maxGroupMembers }),
    groupSettings: new MysqlGroupSettings(mysql),
    changes,
    reactions: new MysqlReactions(mysql),
    pins: new MysqlPins(mysql, changes),
    polls: new MysqlPolls(mysql, changes),
    drafts: new MysqlDrafts(mysql),
    scheduled: new MysqlScheduled(mysql),
    bookmarks: new MysqlBookmarks(mysql),
    hidden,
    marks,
    preferences: new MysqlPreferenceStore(mysql),
    profiles: new MysqlProfileStore(mysql),
    search: new MysqlPeopleSearch(mysql, blocks),
    people: new MysqlPeopleLists(mysql),
    friends: new MysqlFriendStore({
      mysql,
      maxFriends: limits.friends,
      maxRequests: limits.requests,
      againAfterMs: config.friendRequestAgainMs,
    }),
    blocks,
    invites: new MysqlInviteStore(mysql),
    files: new MysqlFileClaims(mysql),
    fileLines,
    shared: new SharedFiles({ mysql, ranges }),
    messageWriter,
    sendRates,
    oldClientMarks: new MysqlOldClientMarks(mysql),
    oldMessageIds,
    oldFiles: new MysqlOldFiles(mysql),
    oldUploads: new MysqlOldUploads(mysql, directory, strangersMayWrite),
    kept: () => ({
      member_directory_bytes: directory.bytes,
      messages_bytes: ranges.bytes,
      log_heads: heads.size,
      log_hints: hints.waiting,
      list_places: conversationList.places,
      marks: marks.waiting,
      changes: changes.waiting,
      changed_ends: changes.kept,
      send_rates: sendRates.size,
      old_message_ranges: oldMessageIds.size,
    }),
    close: async () => {
      await messageWriter.close();
      await marks.drained();
      await hints.close();
      await appenders.close();
      await turns.close();
    },
  };
}

function observeBatches(metrics: Metrics) {
  const seconds = metrics.histogram('chat_batch_seconds', 'transactions of the message writer, by result', [
    'result',
  ]);
  const sizes = metrics.histogram(
    'chat_batch_messages',
    'messages in a transaction of the message writer',
    [],
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  );
  return (event: { messages: number; seconds: number; failure: string | undefined }) => {
    seconds.observe({ result: event.failure ?? 'stored' }, event.seconds);
    sizes.observe(event.messages);
  };
}
