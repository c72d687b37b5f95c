import { ownName } from '../state/home.ts';

/** Another tab that is looked at says so within this. */
const answerMs = 100;

const isHere = (): boolean => !document.hidden && document.hasFocus();

/** Whether the user looks at any tab of the client: what comes is seen there. */
export class LookedAt {
  readonly #channel =
    typeof BroadcastChannel !== 'undefined' ? new BroadcastChannel(ownName('berth.looked-at')) : undefined;
  #onAnswer: (() => void) | undefined;

  constructor() {
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data === 'here') this.#onAnswer?.();
      else if (isHere()) this.#channel?.postMessage('here');
    });
  }

  async anywhere(): Promise<boolean> {
    if (isHere() || !this.#channel) return isHere();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), answerMs);
      this.#onAnswer = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.#channel?.postMessage('where?');
    });
  }

  close(): void {
    this.#channel?.close();
  }
}
