import type { KeyValueStorage } from '@berth/client';
import type { ConversationSummary, Friend, FriendRequest, Message } from '@berth/wire';
import type { Conversations } from './conversations.ts';
import type { People } from './people.ts';
import type { Timeline } from './timeline.ts';

/** What is kept for reading while the connection is away; beyond it one must be online. */
const maxConversations = 300;
const maxFriends = 1_000;
const maxTimelines = 50;
const maxMessages = 128;
/** What changed is written soon, since a page may go at any time, but not more often than this. */
const saveSoonMs = 100;
const saveEveryMs = 500;

/** What is kept of a workspace, and how its changes are heard of. */
interface KeptWorkspace {
  readonly conversations: Conversations;
  readonly people: People;
  timeline(conversation: number): Pick<Timeline, 'newestMessages'> | undefined;
  onTimelineChange(listener: (conversation: number) => void): () => void;
}

interface SavedLists {
  conversations: ConversationSummary[];
  friends: Friend[];
  requests: FriendRequest[];
}

/** Keeps the newest of what was loaded in a storage of this device, and gives it back after a reload. */
export class WorkspaceCache {
  readonly #storage: KeyValueStorage;
  readonly #user: number;
  /** Conversations whose messages are kept, the newest last. */
  #kept: number[] = [];
  #listsDirty = false;
  readonly #dirty = new Set<number>();
  /** What is kept of them is not in their timeline yet, and must not be written over. */
  readonly #reading = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #write: (() => Promise<void>) | undefined;
  #later: (() => void) | undefined;
  #savedAt = Number.NEGATIVE_INFINITY;
  #stops: (() => void)[] = [];

  constructor(storage: KeyValueStorage, user: number) {
    this.#storage = storage;
    this.#user = user;
  }

  async restore(workspace: KeptWorkspace): Promise<void> {
    const lists = await this.#read<SavedLists>('lists');
    this.#kept = (await this.#read<number[]>('timelines')) ?? [];
    if (!lists) return;
    workspace.conversations.replace(lists.conversations);
    workspace.people.restore(lists.friends, lists.requests);
  }

  async messages(conversation: number): Promise<Message[]> {
    this.#reading.add(conversation);
    try {
      return (await this.#read<Message[]>(`timeline/${conversation}`)) ?? [];
    } finally {
      this.#reading.delete(conversation);
      if (this.#dirty.has(conversation)) this.#later?.();
    }
  }

  /** Forgets what is kept of a conversation: it has gone on, and what became of it was not told. */
  async drop(conversation: number): Promise<void> {
    await this.#storage.delete(this.#key(`timeline/${conversation}`));
  }

  /** Writes what changes, a little later; what is returned ends it. */
  follow(workspace: KeptWorkspace): void {
    this.#write = () => this.#save(workspace);
    const later = () => {
      const delayMs = Math.max(saveSoonMs, this.#savedAt + saveEveryMs - performance.now());
      this.#timer ??= setTimeout(() => void this.#save(workspace), delayMs);
    };
    this.#later = later;
    const listsChanged = () => {
      this.#listsDirty = true;
      later();
    };
    this.#stops = [
      workspace.conversations.subscribe(listsChanged),
      workspace.people.subscribe(listsChanged),
      workspace.onTimelineChange((conversation) => {
        this.#dirty.add(conversation);
        later();
      }),
    ];
  }

  /** Writes at once what waits to be written: the page may go. */
  async flush(): Promise<void> {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    await this.#write?.();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#later = undefined;
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Forgets everything: the user logged out. */
  async clear(): Promise<void> {
    this.stop();
    const known = ['lists', 'timelines', ...this.#kept.map((id) => `timeline/${id}`)].map((key) =>
      this.#key(key),
    );
    // Another tab may have kept more.
    const kept = (await this.#storage.keys?.(this.#key(''))) ?? [];
    await Promise.all([...new Set([...known, ...kept])].map((key) => this.#storage.delete(key)));
  }

  async #save(workspace: KeptWorkspace): Promise<void> {
    this.#timer = undefined;
    this.#savedAt = performance.now();
    const listsChanged = this.#listsDirty;
    this.#listsDirty = false;
    const dirty = [...this.#dirty].filter((id) => !this.#reading.has(id));
    for (const id of dirty) this.#dirty.delete(id);
    this.#kept = [...this.#kept.filter((id) => !dirty.includes(id)), ...dirty];
    const dropped = this.#kept.splice(0, Math.max(0, this.#kept.length - maxTimelines));
    try {
      // All of them begun at once, since the page may go at any time, and the lists last: they tell of the messages.
      await Promise.all([
        ...dirty.map((id) =>
          this.#put(`timeline/${id}`, workspace.timeline(id)?.newestMessages(maxMessages) ?? []),
        ),
        this.#put('timelines', this.#kept),
        ...dropped.map((id) => this.#storage.delete(this.#key(`timeline/${id}`))),
        ...(listsChanged ? [this.#put('lists', listsOf(workspace))] : []),
      ]);
    } catch {
      // No room, or a private window: the page works on without.
    }
  }

  async #read<T>(key: string): Promise<T | undefined> {
    try {
      const saved = await this.#storage.get(this.#key(key));
      return saved === undefined ? undefined : (JSON.parse(saved) as T);
    } catch {
      return undefined;
    }
  }

  async #put(key: string, value: unknown): Promise<void> {
    await this.#storage.set(this.#key(key), JSON.stringify(value));
  }

  #key(key: string): string {
    return `cache/${this.#user}/${key}`;
  }
}

const listsOf = ({ conversations, people }: KeptWorkspace): SavedLists => ({
  conversations: [...conversations.sorted, ...conversations.away].slice(0, maxConversations),
  friends: people.toldFriends.slice(0, maxFriends),
  requests: people.requests.slice(0, maxConversations),
});
