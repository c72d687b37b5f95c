import { type BerthClient, type Mention, withNames } from '@berth/client';
import type { Answers, Friend, FriendRequest, Profile, Pushes } from '@berth/wire';
import { Observable } from './observable.ts';

/** Profiles of strangers asked for at a time. */
const maxAsking = 4;

type Asks = Pick<BerthClient, 'request' | 'now'>;

/** A friend as shown; `online` is not known while one is not connected oneself. */
export type ShownFriend = Omit<Friend, 'online'> & { online: boolean | undefined };

/** Everyone this user sees: friends with their presence, requests either way, and whoever speaks in a group. */
export class People extends Observable {
  readonly #client: Asks;
  readonly #me: number;
  readonly #profiles = new Map<number, Profile>();
  readonly #friends = new Map<number, Friend>();
  readonly #shown = new Map<number, ShownFriend>();
  #isConnected = false;
  #requests: readonly FriendRequest[] = [];
  #sorted: readonly ShownFriend[] | undefined;
  #loaded = false;
  readonly #unknown = new Set<number>();
  readonly #refused = new Set<number>();
  #asking = 0;

  constructor(client: Asks, me: number) {
    super();
    this.#client = client;
    this.#me = me;
  }

  /** Whether the friends have been read once. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get friends(): readonly ShownFriend[] {
    this.#sorted ??= [...this.#friends.keys()]
      .map((id) => this.friend(id)!)
      .sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
    return this.#sorted;
  }

  /** As the platform told them last: what a cache keeps. */
  get toldFriends(): readonly Friend[] {
    return [...this.#friends.values()];
  }

  get requests(): readonly FriendRequest[] {
    return this.#requests;
  }

  /** Requests of others that wait for an answer. */
  get waiting(): number {
    return this.#requests.filter(isWaiting).length;
  }

  friend(id: number): ShownFriend | undefined {
    const friend = this.#friends.get(id);
    if (!friend || this.#isConnected) return friend;
    const known = this.#shown.get(id);
    if (known) return known;
    const shown = { ...friend, online: undefined };
    this.#shown.set(id, shown);
    return shown;
  }

  /** Whether one is connected oneself, and presence is known. */
  set isConnected(isConnected: boolean) {
    if (this.#isConnected === isConnected) return;
    this.#isConnected = isConnected;
    this.#change();
  }

  profile(id: number): Profile | undefined {
    return this.#friends.get(id) ?? this.#profiles.get(id);
  }

  /** What a message says, with the names that those whom it mentions have now. */
  spoken({ text, mentions = [] }: { text: string; mentions?: readonly Mention[] }): string {
    return withNames(text, mentions, (user) => {
      const profile = this.profile(user);
      return profile && `@${nameOf(profile)}`;
    });
  }

  /** Asks for the profile of someone who is not here yet. */
  want(id: number): void {
    if (id === this.#me || this.profile(id) || this.#refused.has(id)) return;
    this.#unknown.add(id);
    this.#askNext();
  }

  learn(profiles: readonly Profile[]): void {
    for (const profile of profiles) this.#profiles.set(profile.id, profile);
    if (profiles.length > 0) this.#change();
  }

  /** Reads friends and requests anew, page by page. */
  async load(): Promise<void> {
    const friends = new Map<number, Friend>();
    let cursor: string | undefined;
    do {
      const page: Answers['friends'] = await this.#client.request('friends', {
        limit: 200,
        ...(cursor && { cursor }),
      });
      for (const friend of page.friends) friends.set(friend.id, friend);
      cursor = page.cursor;
    } while (cursor !== undefined);
    const requests: FriendRequest[] = [];
    do {
      const page: Answers['friendRequests'] = await this.#client.request('friendRequests', {
        limit: 200,
        ...(cursor && { cursor }),
      });
      requests.push(...page.requests);
      cursor = page.cursor;
    } while (cursor !== undefined);
    this.restore([...friends.values()], requests);
  }

  restore(friends: readonly Friend[], requests: readonly FriendRequest[]): void {
    this.#friends.clear();
    for (const friend of friends) this.#friends.set(friend.id, friend);
    this.#requests = requests;
    this.#loaded = true;
    this.#change();
  }

  addFriend(friend: Friend): void {
    this.#friends.set(friend.id, friend);
    this.#settle(friend.id, 'accepted');
  }

  /** What is returned makes them the friend again that they were. */
  removeFriend(id: number): () => void {
    const friend = this.#friends.get(id);
    if (friend) this.#profiles.set(id, friend);
    this.#friends.delete(id);
    this.#change();
    return () => {
      if (friend && !this.#friends.has(id)) this.#friends.set(id, friend);
      this.#change();
    };
  }

  setAlias(id: number, alias: string): void {
    const friend = this.#friends.get(id);
    if (friend) this.#friends.set(id, { ...friend, alias });
    this.#change();
  }

  addRequest(request: FriendRequest): void {
    const others = this.#requests.filter(
      ({ id, direction }) => id !== request.id || direction !== request.direction,
    );
    this.#requests = [request, ...others];
    this.#change();
  }

  /** What is returned lets the request wait again. */
  decline(id: number): () => void {
    const before = this.#requests;
    this.#settle(id, 'declined');
    return () => {
      const waiting = before.find((request) => request.id === id && request.state === 'pending');
      this.#requests = this.#requests.map((request) =>
        waiting && request.id === id && request.state === 'declined' ? waiting : request,
      );
      this.#change();
    };
  }

  presence({ changes }: Pushes['presence']): void {
    for (const { user, online } of changes) {
      const friend = this.#friends.get(user);
      if (friend) this.#friends.set(user, { ...friend, online });
    }
    this.#change();
  }

  happened(event: Pushes['friendEvent']): void {
    if (event.event === 'requested') this.addRequest(event.request);
    else if (event.event === 'accepted') this.addFriend(event.friend);
    else if (event.event === 'profile') this.#renew(event.user);
    else if (event.event === 'declined') this.decline(event.user);
    else this.removeFriend(event.user);
  }

  #renew(profile: Profile): void {
    const friend = this.#friends.get(profile.id);
    if (friend) this.#friends.set(friend.id, { ...friend, ...profile });
    this.learn([profile]);
  }

  #settle(id: number, state: 'accepted' | 'declined'): void {
    this.#requests = this.#requests.map((request) =>
      request.id === id && request.state === 'pending'
        ? { ...request, state, at: this.#client.now() }
        : request,
    );
    this.#change();
  }

  #askNext(): void {
    const [id] = this.#unknown;
    if (id === undefined || this.#asking >= maxAsking) return;
    this.#unknown.delete(id);
    this.#asking++;
    this.#client
      .request('profile', { user: id })
      .then(({ user }) => this.learn([user]))
      // Asked for again after the next connect; until then the number stands for the name.
      .catch(() => this.#refused.add(id))
      .finally(() => {
        this.#asking--;
        this.#askNext();
      });
  }

  /** The connection is back: what could not be had may be asked for again. */
  forgive(): void {
    this.#refused.clear();
  }

  #change(): void {
    this.#sorted = undefined;
    this.#shown.clear();
    this.changed();
  }
}

export const isWaiting = ({ direction, state }: FriendRequest): boolean =>
  direction === 'incoming' && state === 'pending';

/** What someone is called here. */
export const nameOf = (person: Profile & { alias?: string }): string =>
  person.alias || person.nick || person.name;
