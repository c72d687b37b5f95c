import type { BerthClient, ConversationSummary, Profile } from '@berth/client';
import { BerthError } from '@berth/client';

/** Members of one conversation looked at for a name. */
const maxMembers = 2_000;

/** Names of people and conversations, as far as they were heard of. */
export class People {
  readonly #client: BerthClient;
  readonly #profiles = new Map<number, Profile>();
  readonly #conversations = new Map<number, ConversationSummary>();

  constructor(client: BerthClient) {
    this.#client = client;
    client.on('conversations', ({ conversations }) => {
      for (const conversation of conversations) this.#learn(conversation);
    });
    client.on('friendEvent', (event) => {
      if (event.event === 'requested') this.remember(event.request);
      else if (event.event === 'accepted') this.remember(event.friend);
      else if (event.event === 'profile') this.remember(event.user);
    });
  }

  #learn(conversation: ConversationSummary): void {
    this.#conversations.set(conversation.conversation, conversation);
    if (conversation.peer) this.remember(conversation.peer);
  }

  remember(profile: Profile): void {
    this.#profiles.set(profile.id, profile);
  }

  /** The nick of a user, asked for when it is not known. */
  async nick(user: number): Promise<string> {
    if (user === this.#client.account?.id) return 'you';
    let profile = this.#profiles.get(user);
    if (!profile) {
      profile = await this.#client
        .request('profile', { user })
        .then((answer) => answer.user)
        .catch(() => undefined);
      if (profile) this.remember(profile);
    }
    return profile?.nick ?? 'somebody';
  }

  /** The members of a conversation by name; of a large group the first of them. */
  async membersOf(conversation: number): Promise<Map<string, Profile>> {
    const found = new Map<string, Profile>();
    let cursor: string | undefined;
    do {
      const page = await this.#client.request('members', {
        ...{ conversation, limit: 200 },
        ...(cursor !== undefined && { cursor }),
      });
      for (const { id, name, nick, description, sex, icon } of page.members) {
        this.remember({ id, name, nick, description, sex, icon });
        found.set(name.toLowerCase(), { id, name, nick, description, sex, icon });
      }
      cursor = page.cursor;
    } while (cursor !== undefined && found.size < maxMembers);
    return found;
  }

  /** Sees to it that a conversation is known, before it is spoken of. */
  async meet(id: number): Promise<void> {
    if (this.#conversations.has(id)) return;
    const answer = await this.#client.request('conversation', { conversation: id }).catch(() => undefined);
    if (answer) this.#learn(answer.conversation);
  }

  isSilenced(id: number): boolean {
    return this.#conversations.get(id)?.silenced ?? false;
  }

  silence(id: number, silenced: boolean): void {
    const known = this.#conversations.get(id);
    if (known) this.#conversations.set(id, { ...known, silenced });
  }

  /** Everybody heard of whose nick or name that is, in lower case. */
  called(wanted: string): Set<number> {
    const users = [...this.#profiles.values()].filter(({ nick, name }) =>
      [nick, name].some((one) => one.toLowerCase() === wanted),
    );
    return new Set(users.map(({ id }) => id));
  }

  /** What conversations heard of are called. */
  get titles(): string[] {
    return [...this.#conversations.keys()].map((id) => this.title(id));
  }

  conversation(id: number): ConversationSummary | undefined {
    return this.#conversations.get(id);
  }

  /** The title of a group, or the other one's nick. */
  title(id: number): string {
    const conversation = this.#conversations.get(id);
    return conversation?.title || conversation?.peer?.nick || 'a conversation';
  }

  /** The user of that name, or id. Throws BerthError `not_found`. */
  async find(nameOrId: string): Promise<Profile> {
    const wanted = nameOrId.replace(/^@/, '').toLowerCase();
    const query = /^\d+$/.test(nameOrId) ? nameOrId : `@${wanted}`;
    const { users } = await this.#client.request('searchUser', { query });
    const user = users.find(({ name, id }) => name.toLowerCase() === wanted || String(id) === wanted);
    if (!user) throw new BerthError('not_found', `There is no user "${nameOrId}".`);
    this.remember(user);
    return user;
  }
}
