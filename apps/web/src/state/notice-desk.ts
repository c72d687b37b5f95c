import { Observable } from './observable.ts';

/** What a notice offers to do, for as long as it is there. */
export interface NoticeAction {
  label: string;
  run: () => void;
}

export interface Notice {
  key: number;
  title: string;
  kind: 'done' | 'failure';
  action?: NoticeAction | undefined;
  /** Of one that stays until it is withdrawn: told when the keyboard is in it, and when they have closed it. */
  offer?: { hold: (isHeld: boolean) => void; closed: () => void } | undefined;
}

/** Shows a notice; answers with what takes it away. */
type Show = (notice: Notice) => () => void;

/** Short notices on their way from whoever says something to whatever shows it, which may still be loading. */
export class NoticeDesk extends Observable {
  #count = 0;
  #waiting: readonly Notice[] = [];
  #show: Show | undefined;
  /** How those that stay are taken away. */
  readonly #shown = new Map<number, () => void>();

  /** Said, and not shown by anybody yet. */
  get waiting(): readonly Notice[] {
    return this.#waiting;
  }

  say(notice: Omit<Notice, 'key'>): number {
    const keyed = { ...notice, key: ++this.#count };
    if (this.#show) this.#pass(keyed, this.#show);
    else this.#wait([...this.#waiting, keyed]);
    return keyed.key;
  }

  /** What it offers is over, or has been dealt with. */
  withdraw(key: number): void {
    const close = this.#shown.get(key);
    this.#shown.delete(key);
    close?.();
    if (this.#waiting.some((notice) => notice.key === key))
      this.#wait(this.#waiting.filter((notice) => notice.key !== key));
  }

  /** Shows what waits and what comes, until what is returned ends it. */
  attend(show: Show): () => void {
    this.#show = show;
    for (const notice of this.#waiting) this.#pass(notice, show);
    this.#wait([]);
    return () => {
      if (this.#show === show) this.#show = undefined;
    };
  }

  #pass(notice: Notice, show: Show): void {
    const close = show(notice);
    if (notice.offer) this.#shown.set(notice.key, close);
  }

  #wait(notices: readonly Notice[]): void {
    this.#waiting = notices;
    this.changed();
  }
}
