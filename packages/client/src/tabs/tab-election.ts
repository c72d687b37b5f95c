import type { Clock } from '../clock.ts';
import type { TabChannel, Tabs } from './tabs.ts';

/** What tabs say to agree on who leads, where there are no locks. A higher term wins, and of one term the lower tab. */
export type ElectionMessage =
  | { kind: 'whoLeads'; tab: string }
  | { kind: 'iLead'; tab: string; term: number }
  | { kind: 'iResign'; tab: string };

export interface TabElectionOptions {
  name: string;
  tab: string;
  tabs: Tabs;
  channel: TabChannel;
  clock: Clock;
  random: () => number;
  onLead(): void;
  /** Another tab leads, though this one did. */
  onLost(): void;
}

/** Who leads is asked, and nobody who answers within this (and up to half as much again) leads. */
const askMs = 200;

/** Sees to it that one of the tabs leads: by a lock, which the browser takes away from a tab that is gone, else by words. */
export class TabElection {
  readonly #options: TabElectionOptions;
  #leads = false;
  #closed = false;
  #release: (() => void) | undefined;
  #term = 0;
  /** By words, not by a lock. */
  #talks: boolean;
  #timer: unknown;

  constructor(options: TabElectionOptions) {
    this.#options = options;
    this.#talks = options.tabs.hold === undefined;
  }

  get leads(): boolean {
    return this.#leads;
  }

  start(): void {
    if (this.#talks) this.#ask();
    else this.#hold(false);
  }

  /** The leader does not answer: leads in its place. */
  takeOver(): void {
    if (this.#leads || this.#closed) return;
    if (this.#talks) this.#lead(this.#term + 1);
    else this.#hold(true);
  }

  /** Says again who leads: a tab that was stopped while another took the lead does not know. */
  remind(): void {
    if (this.#leads && this.#talks) this.#say();
  }

  close(): void {
    this.#closed = true;
    const led = this.#leads;
    this.#leads = false;
    this.#options.clock.clearTimeout(this.#timer);
    this.#release?.();
    if (led)
      this.#options.channel.send({ kind: 'iResign', tab: this.#options.tab } satisfies ElectionMessage);
  }

  hear(message: ElectionMessage): void {
    if (!this.#talks || this.#closed) return;
    if (message.kind === 'whoLeads') {
      if (this.#leads) this.#say();
    } else if (message.kind === 'iResign') {
      if (!this.#leads) this.#ask();
    } else {
      const { term, tab } = message;
      const isAbove = term > this.#term || (term === this.#term && tab < this.#options.tab);
      if (this.#leads && !isAbove) {
        this.#say();
        return;
      }
      this.#term = Math.max(this.#term, term);
      this.#options.clock.clearTimeout(this.#timer);
      if (this.#leads) this.#lose();
    }
  }

  #hold(force: boolean): void {
    this.#release?.();
    this.#release = this.#options.tabs.hold!(this.#options.name, force, {
      held: () => {
        this.#leads = true;
        this.#options.onLead();
      },
      lost: () => {
        this.#lose();
        if (!this.#closed) this.#hold(false);
      },
      denied: () => {
        this.#talks = true;
        if (!this.#closed) this.#ask();
      },
    });
  }

  #ask(): void {
    const { channel, clock, random, tab } = this.#options;
    channel.send({ kind: 'whoLeads', tab } satisfies ElectionMessage);
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.#lead(this.#term + 1), askMs * (1 + random() / 2));
  }

  #lead(term: number): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#term = term;
    this.#leads = true;
    this.#say();
    this.#options.onLead();
  }

  #lose(): void {
    if (!this.#leads) return;
    this.#leads = false;
    this.#options.onLost();
  }

  #say(): void {
    const { channel, tab } = this.#options;
    channel.send({ kind: 'iLead', tab, term: this.#term } satisfies ElectionMessage);
  }
}
