import { Observable } from './observable.ts';

/** A typist tells again every 3 s; silence of twice that means that they stopped. */
const typingMs = 6_000;

const nobody: readonly number[] = [];

/** Who types where. */
export class Typing extends Observable {
  readonly #typists = new Map<number, readonly number[]>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  in(conversation: number): readonly number[] {
    return this.#typists.get(conversation) ?? nobody;
  }

  started(conversation: number, user: number): void {
    const key = `${conversation}/${user}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => this.stopped(conversation, user), typingMs),
    );
    const typists = this.in(conversation);
    if (typists.includes(user)) return;
    this.#typists.set(conversation, [...typists, user]);
    this.changed();
  }

  /** Their message came, or they fell silent. */
  stopped(conversation: number, user: number): void {
    const key = `${conversation}/${user}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const typists = this.in(conversation);
    if (!typists.includes(user)) return;
    this.#typists.set(
      conversation,
      typists.filter((typist) => typist !== user),
    );
    this.changed();
  }
}
