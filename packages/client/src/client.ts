import {
  type Answers,
  BerthError,
  type ConversationSummary,
  limits,
  type Message,
  type Profile,
  type Pushes,
  type RequestInput,
} from '@berth/wire';
import type { SessionEntry, SessionsAnswer } from '@berth/wire/http';
import { PlatformWebSocket } from '#web-socket';
import { type Account, eraseAccount, openAccount, type SavedSession, sessionKey } from './account.ts';
import { ChangingClient } from './changing-client.ts';
import { StoppableClock, systemClock } from './clock.ts';
import type { NodeConnection } from './connection.ts';
import { Emitter } from './emitter.ts';
import { GateApi } from './gate-api.ts';
import { type ClientLink, Link, type LinkOptions } from './link.ts';
import type { OutgoingDraft } from './outgoing.ts';
import { conversationPages, historyPages } from './pages.ts';
import { randomCid } from './random-cid.ts';
import { Requests, refusalIn } from './requests.ts';
import { Saver } from './saver.ts';
import { MemoryStorage } from './storage.ts';
import { SharedLink } from './tabs/shared-link.ts';
import type {
  AccountUser,
  BerthClient,
  ChangeRules,
  ClientEvents,
  ClientOptions,
  ClientRequestName,
  ConnectionState,
  OutgoingMessage,
  Pages,
  Receipts,
} from './types.ts';

const typingIntervalMs = 3_000;

/** A client of Berth, for a browser or for Node. Nothing happens before its first call. */
export function createClient(options: ClientOptions): BerthClient {
  return new ReconnectingClient(options);
}

class ReconnectingClient extends ChangingClient implements BerthClient {
  readonly #options: ClientOptions;
  readonly #clock: StoppableClock;
  readonly #events: Emitter<ClientEvents>;
  readonly #saver: Saver;
  readonly #api: GateApi;
  readonly #link: ClientLink;
  /** Of this process among those that share its storage. */
  readonly #tab: string;
  readonly #requests: Requests;
  readonly #timeoutMs: number;
  #account: Account | undefined;
  #profile: Profile | undefined;
  #maxDeliverBytes: number = limits.maxDeliverBytes;
  #changing: ChangeRules = { editMs: 0, recallMs: 0, versions: false };
  readonly #typedAt = new Map<number, number>();

  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    this.#timeoutMs = options.requestTimeoutMs ?? 10_000;
    this.#clock = new StoppableClock(options.clock ?? systemClock);
    this.#events = new Emitter((thrown) => this.#fault(new Error('a listener threw', { cause: thrown })));
    this.#saver = new Saver(options.storage ?? new MemoryStorage(), (error) => this.#fault(error));
    this.#api = new GateApi({
      gateUrl: options.gateUrl,
      fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
      clock: this.#clock,
      timeoutMs: this.#timeoutMs,
    });
    this.#tab = randomCid();
    const linkOptions: LinkOptions = {
      WebSocket: options.WebSocket ?? PlatformWebSocket,
      clock: this.#clock,
      random: this.#random,
      device: { name: options.deviceName, platform: options.platform },
      files: options.files ?? false,
      hooks: {
        placeBerth: (avoid) => this.#api.placeBerth(this.#token(), avoid),
        state: (state) => this.#stateChanged(state),
        greeted: (connection, hello) => this.#greeted(connection, hello),
        push: (name, body) => this.#pushed(name, body),
        lost: () => {
          this.#account?.inbox.lost();
          this.#account?.marks.online(false);
        },
        fault: (error) => this.#fault(error),
      },
    };
    this.#link = options.tabs
      ? new SharedLink(
          {
            ...linkOptions,
            tabs: options.tabs,
            group: () => this.#loggedIn().saved.session.id,
            onPresent: (tabs) => void this.#account?.outbox.takeUp(tabs),
          },
          this.#tab,
        )
      : new Link(linkOptions);
    this.#requests = new Requests(this.#clock, () => this.#link.connection);
  }

  platform() {
    return this.#api.platform();
  }

  sendCode(body: Parameters<BerthClient['sendCode']>[0]) {
    return this.#api.sendCode(body);
  }

  previewInvite(invite: string) {
    return this.#api.previewInvite(invite);
  }

  previewGroup(link: string) {
    return this.#api.previewGroup(link);
  }

  register(body: Parameters<BerthClient['register']>[0]) {
    return this.#api.register(body);
  }

  resetPassword(body: Parameters<BerthClient['resetPassword']>[0]): Promise<void> {
    return this.#api.resetPassword(body);
  }

  async logIn({ email, password }: { email: string; password: string }): Promise<SessionsAnswer['user']> {
    const { deviceClass, deviceName, platform } = this.#options;
    const device = { class: deviceClass ?? 'web', name: deviceName, platform };
    const { user, session, berth } = await this.#api.logIn({ email, password, device });
    await this.#link.stop({ kind: 'idle' });
    await this.#open({ user, session });
    this.#saver.write(sessionKey, { user, session });
    this.#link.offer(berth);
    return user;
  }

  async restore(): Promise<AccountUser | undefined> {
    const saved = (await this.#saver.read(sessionKey)) as SavedSession | undefined;
    // Whether it has expired is gate's to say: this device's clock may be days off.
    if (!saved) return undefined;
    await this.#open(saved);
    return saved.user;
  }

  async logOut(): Promise<void> {
    const account = this.#account;
    await this.#link.stop({ kind: 'ended', reason: 'logged-out' }, { goodbye: true });
    if (!account) return;
    const { id, token } = account.saved.session;
    await this.#api.endSession(token, id).catch((error: Error) => this.#fault(error));
    eraseAccount(account, this.#saver);
    this.#account = this.#profile = undefined;
    await this.#saver.flush();
  }

  async listSessions(): Promise<SessionEntry[]> {
    return this.#api.listSessions(this.#token());
  }

  async endSession(id: string): Promise<void> {
    await this.#api.endSession(this.#token(), id);
  }

  connect(): void {
    this.#token();
    this.#link.connect();
  }

  async disconnect(): Promise<void> {
    await this.#link.stop({ kind: 'idle' }, { goodbye: true });
    this.#account?.marks.save();
    await this.#saver.flush();
  }

  wake(): void {
    this.#link.wake();
  }

  now(): number {
    return this.#link.platformNow() ?? this.#clock.date();
  }

  get leads(): boolean {
    return this.#link.leads;
  }

  get state(): ConnectionState {
    return this.#link.state;
  }

  get token(): string | undefined {
    return this.#account?.saved.session.token;
  }

  get account(): AccountUser | undefined {
    return this.#account?.saved.user;
  }

  get profile(): Profile | undefined {
    return this.#profile;
  }

  on<E extends keyof ClientEvents>(event: E, listener: (value: ClientEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  async request<N extends ClientRequestName>(
    name: N,
    body: RequestInput<N>,
    { timeoutMs = this.#timeoutMs, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Answers[N]> {
    const answer = await this.#requests.ask(name, body, { timeoutMs, signal });
    this.#learn(answer);
    return answer;
  }

  protected submit(draft: OutgoingDraft): OutgoingMessage {
    return this.#loggedIn().outbox.send(draft, this.#maxDeliverBytes);
  }

  get changing(): ChangeRules {
    return this.#changing;
  }

  outgoing(conversation?: number): OutgoingMessage[] {
    return this.#account?.outbox.list(conversation) ?? [];
  }

  markRead(conversation: number, seq: number): void {
    this.#loggedIn().marks.read(conversation, seq);
  }

  typing(conversation: number): void {
    const now = this.#clock.now();
    if (now - (this.#typedAt.get(conversation) ?? Number.NEGATIVE_INFINITY) < typingIntervalMs) return;
    this.#typedAt.set(conversation, now);
    this.#link.connection?.tell('typing', { conversation });
  }

  receipts(conversation: number): Receipts {
    return this.#account?.inbox.receipts(conversation) ?? { received: 0, read: 0 };
  }

  mark(conversation: number): number {
    return this.#account?.inbox.mark(conversation) ?? 0;
  }

  history(conversation: number, options: { before?: number; pageSize?: number } = {}): Pages<Message> {
    return historyPages((body) => this.request('sync', body), conversation, options);
  }

  conversations(options: { pageSize?: number } = {}): Pages<ConversationSummary> {
    return conversationPages((body) => this.request('conversations', body), options);
  }

  async close(): Promise<void> {
    await this.#link.stop({ kind: 'idle' });
    this.#account?.marks.close();
    this.#clock.stop();
    await this.#saver.flush();
  }

  async #open(saved: SavedSession): Promise<void> {
    const former = this.#account;
    if (former && former.saved.user.id === saved.user.id) {
      this.#account = { ...former, saved };
      return;
    }
    former?.marks.close();
    this.#profile = undefined;
    this.#account = await openAccount(
      saved,
      {
        ...{ clock: this.#clock, random: this.#random, saver: this.#saver, events: this.#events },
        now: () => this.now(),
        tab: this.#options.tabs && this.#tab,
        leads: () => this.#link.leads,
        createCid: () => this.createCid(),
        connection: () => this.#link.connection,
        ask: (name, body) => this.#requests.ask(name, body, { timeoutMs: this.#timeoutMs }),
      },
      this.#options,
    );
  }

  #loggedIn(): Account {
    if (!this.#account) throw new BerthError('unauthenticated', 'Log in first.');
    return this.#account;
  }

  #token(): string {
    return this.#loggedIn().saved.session.token;
  }

  protected createCid(): string {
    return (this.#options.createCid ?? randomCid)();
  }

  readonly #random = (): number => (this.#options.random ?? Math.random)();

  #fault(error: Error): void {
    this.#events.emit('fault', error);
  }

  #stateChanged(state: ConnectionState): void {
    this.#requests.refuse(refusalIn(state));
    // In another tab, perhaps: nothing is kept of it in this one.
    if (state.kind === 'ended' && state.reason === 'logged-out' && this.#account)
      eraseAccount(this.#account, this.#saver);
    this.#events.emit('state', state);
  }

  async #greeted(connection: NodeConnection, hello: Answers['hello']): Promise<void> {
    const account = this.#loggedIn();
    this.#profile = hello.user;
    this.#maxDeliverBytes = hello.maxDeliverBytes;
    const { editMs = 0, recallMs = 0, versions = false } = hello;
    this.#changing = { editMs, recallMs, versions };
    const resumed = account.inbox.resume(connection);
    // After resume has been sent, and in the next turn: the state is online by then.
    queueMicrotask(() => {
      account.outbox.flush();
      account.marks.online(true);
      this.#requests.flush();
    });
    await resumed;
    if (!connection.closed) this.#events.emit('resumed', { node: hello.node });
  }

  #pushed(name: keyof Pushes, body: unknown): void {
    const inbox = this.#account?.inbox;
    if (!inbox) return;
    switch (name) {
      case 'deliver':
      case 'entry':
      case 'attached':
      case 'carried':
      case 'changed':
        inbox.deliver(body as Message, true);
        return;
      case 'marked':
        inbox.marked(body as Pushes['marked']);
        break;
      case 'friendEvent':
        this.#friendEvent(body as Pushes['friendEvent']);
        break;
      case 'conversationEvent':
        inbox.refresh((body as Pushes['conversationEvent']).conversation);
        break;
      case 'listed':
        inbox.refresh((body as Pushes['listed']).conversation);
        return;
      case 'typed':
      case 'hidden':
      case 'threadMarked':
      case 'drafted':
      case 'bookmarked':
      case 'voted':
      case 'scheduleChanged':
      case 'presence':
        break;
      default:
        return;
    }
    this.#events.emit(name, body as never);
  }

  #friendEvent(event: Pushes['friendEvent']): void {
    if (event.event === 'accepted') this.#account?.inbox.refresh(event.friend.conversation);
    // Changed on another device, or in another tab.
    if (event.event === 'profile' && event.user.id === this.#account?.saved.user.id)
      this.#profile = event.user;
  }

  /** Answers that tell of conversations settle from where on this device has them. */
  #learn(answer: object): void {
    const inbox = this.#account?.inbox;
    if (!inbox) return;
    if ('conversation' in answer && typeof answer.conversation === 'object')
      inbox.learn([answer.conversation as ConversationSummary]);
    if ('conversations' in answer) inbox.learn(answer.conversations as ConversationSummary[]);
    if ('friend' in answer && typeof answer.friend === 'object')
      inbox.refresh((answer.friend as { conversation: number }).conversation);
    if ('user' in answer && (answer.user as Profile).id === this.#account?.saved.user.id)
      this.#profile = answer.user as Profile;
  }
}
