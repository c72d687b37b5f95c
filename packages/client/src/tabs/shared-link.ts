import type { Answers, Berth } from '@berth/wire';
import { ConnectionLostError, type NodeConnection } from '../connection.ts';
import { type ClientLink, Link, type LinkOptions } from '../link.ts';
import type { ConnectionState } from '../types.ts';
import { EchoingConnection } from './echoing-connection.ts';
import { LeaderDesk } from './leader-desk.ts';
import { RemoteConnection } from './remote-connection.ts';
import { TabElection } from './tab-election.ts';
import type { FollowerMessage, LeaderMessage, TabMessage } from './tab-messages.ts';
import type { TabChannel, Tabs } from './tabs.ts';
import { heardState, tellState } from './told-state.ts';

export interface SharedLinkOptions extends LinkOptions {
  tabs: Tabs;
  /** What tabs share a connection under; the session. */
  group(): string;
  /** Other tabs may be gone; those that are there. */
  onPresent(tabs: ReadonlySet<string>): void;
}

/** The tabs of one session, as long as this one is among them. */
interface Group {
  name: string;
  channel: TabChannel;
  election: TabElection;
  stopPage: () => void;
}

/** A tab that hears nothing of its leader asks whether it is there this often, and leads in its place without an answer. */
const lookEveryMs = 20_000;
const answerMs = 3_000;
/** Whoever is there says so within this. */
const rollMs = 150;
/** A tab that left may only load anew; then it is back within this. */
const reloadMs = 3_000;
/** The tab with the connection may be slow to try again; another one reminds it so much later. */
const remindMs = 250;

/**
 * Keeps one connection for all tabs of a session: one of them leads and holds it, the others go through it. A leader that
 * goes is followed by another, for whose tabs that is a lost connection like any other: what was under way is asked and
 * sent again, and resumed.
 */
export class SharedLink implements ClientLink {
  readonly #options: SharedLinkOptions;
  readonly #tab: string;
  readonly #inner: Link;
  readonly #desk: LeaderDesk;
  #group: Group | undefined;
  #state: ConnectionState = { kind: 'idle' };
  /** Leading: the connection that was greeted, counted, and what it was greeted with. */
  #links = 0;
  #own: { connection: EchoingConnection; hello: Answers['hello'] } | undefined;
  /** Following: the leader's. */
  #remote: RemoteConnection | undefined;
  #lookTimer: unknown;
  #silenceTimer: unknown;
  #remindTimer: unknown;
  #present = new Set<string>();

  constructor(options: SharedLinkOptions, tab: string) {
    this.#options = options;
    this.#tab = tab;
    const { hooks } = options;
    this.#inner = new Link({
      ...options,
      isShared: true,
      hooks: {
        ...hooks,
        state: (state) => {
          if (!this.leads) return;
          this.#setState(state);
          this.#announce();
        },
        greeted: (connection, hello) => {
          this.#links++;
          const own = new EchoingConnection(connection, hello.user.id, (name, body) =>
            this.#say({ kind: 'push', link: this.#links, name, body }),
          );
          this.#own = { connection: own, hello };
          return hooks.greeted(own, hello);
        },
        push: (name, body) => {
          this.#say({ kind: 'push', link: this.#links, name, body });
          hooks.push(name, body);
        },
        lost: () => {
          this.#own = undefined;
          hooks.lost();
        },
      },
    });
    this.#desk = new LeaderDesk({
      link: this.#inner,
      clock: options.clock,
      current: () => (this.#own ? { ...this.#own, number: this.#links } : undefined),
      say: (message) => this.#say(message),
      announce: () => this.#announce(),
      marked: (marked) => hooks.push('marked', marked),
    });
  }

  get leads(): boolean {
    return this.#group === undefined || this.#group.election.leads;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get connection(): NodeConnection | undefined {
    return this.#remote ?? (this.#inner.connection && this.#own?.connection);
  }

  platformNow(): number | undefined {
    return this.#inner.platformNow();
  }

  offer(berth: Berth): void {
    this.#inner.offer(berth);
  }

  connect(): void {
    const name = `berth/${this.#options.group()}`;
    if (this.#group && this.#group.name !== name) this.#leave();
    if (!this.#group && !this.#join(name)) {
      // Nobody to talk to: alone, as without tabs.
      this.#inner.connect();
    } else if (this.leads) this.#inner.connect();
    else {
      if (this.#state.kind === 'idle') this.#setState({ kind: 'connecting', attempt: 0 });
      this.#say({ kind: 'connect' });
    }
  }

  wake(): void {
    if (this.leads) this.#inner.wake();
    else this.#say({ kind: 'wake' });
  }

  /** What ends the session ends it for all tabs; else this one leaves, and another one leads on. */
  async stop(state: ConnectionState, options: { goodbye?: boolean } = {}): Promise<void> {
    const group = this.#group;
    const others = group && state.kind !== 'ended' ? await this.#othersPresent() : new Set();
    if (group && !this.leads) {
      if (state.kind === 'ended') this.#say({ kind: 'end', state, goodbye: options.goodbye ?? false });
      this.#leave();
    } else {
      // Others go on with the same session: no goodbye is said for them.
      await this.#inner.stop(state, others.size > 0 ? {} : options);
      this.#leave();
    }
    if (this.#state.kind !== state.kind) this.#setState(state);
  }

  /** The other tabs that are there now. */
  async #othersPresent(): Promise<ReadonlySet<string>> {
    if (!this.#group) return new Set();
    this.#present = new Set();
    this.#group.channel.send({ kind: 'whoIsThere' } satisfies TabMessage);
    await new Promise<void>((resolve) => this.#options.clock.setTimeout(resolve, rollMs));
    return this.#present;
  }

  #join(name: string): boolean {
    const { tabs, clock, random } = this.#options;
    const channel = tabs.open(name, (message) => this.#hear(message as TabMessage));
    if (!channel) return false;
    const election = new TabElection({
      ...{ name, tab: this.#tab, tabs, channel, clock, random },
      onLead: () => this.#lead(),
      onLost: () => this.#follow(),
    });
    const stopPage = tabs.onPage({
      left: () => {
        this.#say({ kind: 'iLeave' });
        election.close();
      },
      back: () => {
        this.#leave();
        this.connect();
      },
    });
    this.#group = { name, channel, election, stopPage };
    if (this.#state.kind !== 'connecting') this.#setState({ kind: 'connecting', attempt: 0 });
    election.start();
    if (!election.leads) this.#say({ kind: 'join', tab: this.#tab });
    this.#look();
    void this.#callRoll();
    return true;
  }

  async #callRoll(): Promise<void> {
    const present = await this.#othersPresent();
    if (this.#group) this.#options.onPresent(present);
  }

  #leave(): void {
    const group = this.#group;
    if (!group) return;
    this.#group = undefined;
    for (const timer of [this.#lookTimer, this.#silenceTimer, this.#remindTimer])
      this.#options.clock.clearTimeout(timer);
    this.#endRemote();
    group.stopPage();
    group.channel.send({ kind: 'iLeave' } satisfies TabMessage);
    group.election.close();
    group.channel.close();
  }

  #lead(): void {
    this.#endRemote();
    this.#options.clock.clearTimeout(this.#remindTimer);
    this.#inner.connect();
    this.#callRollLater();
  }

  #callRollLater(): void {
    this.#options.clock.setTimeout(() => {
      if (this.#group?.election.leads) void this.#callRoll();
    }, reloadMs);
  }

  /** Another tab has taken the lead: this connection is the same session's, and not wanted any more. */
  #follow(): void {
    void this.#inner.stop({ kind: 'idle' });
    this.#setState({ kind: 'connecting', attempt: 0 });
    this.#say({ kind: 'join', tab: this.#tab });
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#options.hooks.state(state);
  }

  #say(message: TabMessage): void {
    this.#group?.channel.send(message);
  }

  #announce(): void {
    const own = this.#inner.connection && this.#own;
    this.#say({
      ...{ kind: 'state', tab: this.#tab, state: tellState(this.#state, this.#options.clock) },
      ...{ link: own ? this.#links : 0, hello: own?.hello },
    });
  }

  #hear(message: TabMessage): void {
    if (!this.#group) return;
    switch (message.kind) {
      case 'whoIsThere':
        this.#say({ kind: 'iAm', tab: this.#tab });
        return;
      case 'iAm':
        this.#present.add(message.tab);
        return;
      case 'iLeave':
        if (this.leads) this.#callRollLater();
        return;
      case 'whoLeads':
      case 'iLead':
      case 'iResign':
        this.#group.election.hear(message);
        return;
      case 'state':
      case 'push':
      case 'answer':
      case 'pong':
        if (!this.leads) this.#hearLeader(message);
        return;
      default:
        if (this.leads) this.#desk.hear(message);
    }
  }

  #hearLeader(message: LeaderMessage): void {
    this.#options.clock.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = undefined;
    switch (message.kind) {
      case 'state':
        this.#heardState(message);
        break;
      case 'push':
        if (message.link !== this.#remote?.link || message.except === this.#tab) return;
        this.#remote.heard();
        this.#options.hooks.push(message.name, message.body);
        break;
      case 'answer':
        if (message.to === this.#tab) this.#remote?.answered(message);
        break;
      default:
        // What it said meanwhile was not heard, as by a tab that was stopped.
        if (message.to === this.#tab && message.link !== (this.#remote?.link ?? 0))
          this.#say({ kind: 'join', tab: this.#tab });
    }
  }

  #heardState({ state: told, link, hello }: LeaderMessage & { kind: 'state' }): void {
    const { clock, hooks } = this.#options;
    if (this.#remote && this.#remote.link !== link) this.#endRemote();
    if (link !== 0 && hello && !this.#remote) {
      const remote: RemoteConnection = new RemoteConnection({
        ...{ tab: this.#tab, link, clock },
        send: (message) => this.#ask(message),
      });
      this.#remote = remote;
      hooks.greeted(remote, hello).catch((error: unknown) => {
        if (!(error instanceof ConnectionLostError))
          hooks.fault(new Error('a tab could not resume', { cause: error }));
      });
    }
    const state = heardState(told, clock);
    this.#setState(state);
    clock.clearTimeout(this.#remindTimer);
    if (state.kind === 'offline' && Number.isFinite(state.retryAt))
      this.#remindTimer = clock.setTimeout(
        () => this.#say({ kind: 'wake' }),
        state.retryAt - clock.now() + remindMs,
      );
  }

  /** To the leader, which is to say something before long. */
  #ask(message: FollowerMessage): void {
    this.#say(message);
    if (message.kind === 'ping') this.#expectWord();
  }

  #expectWord(): void {
    const { clock } = this.#options;
    const takeOver = () => {
      this.#silenceTimer = undefined;
      if (!this.leads) this.#group?.election.takeOver();
    };
    this.#silenceTimer ??= clock.setTimeout(() => {
      // A tab that was kept from running meanwhile has yet to hear what was said in time.
      this.#silenceTimer = clock.setTimeout(takeOver, 0);
    }, answerMs);
  }

  /** A leader that was stopped says nothing, and is not missed by a tab that wants nothing of it. */
  #look(): void {
    const { clock, random } = this.#options;
    this.#lookTimer = clock.setTimeout(
      () => {
        if (this.leads) this.#group?.election.remind();
        else this.#ask({ kind: 'ping', tab: this.#tab, owed: false });
        this.#look();
      },
      lookEveryMs * (0.8 + 0.4 * random()),
    );
  }

  #endRemote(): void {
    const remote = this.#remote;
    if (!remote) return;
    this.#remote = undefined;
    remote.end();
    this.#options.hooks.lost();
  }
}
