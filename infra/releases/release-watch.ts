import { jittered } from '@berth/lifecycle';
import type { Kubectl } from '../kubectl.ts';
import { CommandError } from '../run-command.ts';
import { awaitedOf } from './awaited.ts';
import { stuckPods } from './stuck-pods.ts';
import { type Trouble, troublesOf } from './troubles.ts';

const everyMs = 3_000;

export interface ReleaseWatchOptions {
  kubectl: Kubectl;
  namespace: string;
  /** Each trouble once. */
  say(text: string): void;
  /** What is waited for, whenever that has changed. */
  tell(text: string): void;
}

/**
 * Tells what a release waits for, and what keeps it from coming up: the engine says nothing until the time is over, and by
 * then the pods have been taken back. What never will be ready is taken out of the way of what is to come.
 */
export class ReleaseWatch {
  readonly #options: ReleaseWatchOptions;
  readonly #said = new Set<string>();
  #awaited = '';
  #sinceMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReleaseWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#sinceMs = Date.now();
    this.#later();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#look(), jittered(everyMs)).unref();
  }

  async #look(): Promise<void> {
    const { kubectl, namespace, say } = this.#options;
    try {
      const objects = await kubectl.list('pods,events,statefulsets', ['--namespace', namespace]);
      this.#follow(awaitedOf(objects));
      for (const trouble of troublesOf(objects, this.#sinceMs)) await this.#tell(trouble);
      for (const pod of stuckPods(objects)) {
        say(`pod ${pod}: taken away, as what is wanted in its place waits for it`);
        await kubectl.run(['delete', 'pod', '--namespace', namespace, pod, '--wait=false']);
      }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // Without kubectl there is nothing to see; an API server that is away is told of by the release itself.
      if (/ENOENT/.test(error.message)) return this.stop();
    }
    if (this.#timer) this.#later();
  }

  #follow(awaited: string): void {
    if (awaited !== '' && awaited !== this.#awaited) this.#options.tell(`waiting for ${awaited}`);
    this.#awaited = awaited;
  }

  async #tell({ key, text, crashed }: Trouble): Promise<void> {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    const { kubectl, namespace, say } = this.#options;
    const words = crashed
      ? await kubectl
          .run([
            'logs',
            '--namespace',
            namespace,
            crashed.pod,
            '-c',
            crashed.container,
            '--previous',
            '--tail',
            '3',
          ])
          .catch(() => '')
      : '';
    const last = words
      .trim()
      .split('\n')
      .filter((line) => line !== '');
    say([text, ...last.map((line) => `    ${line}`)].join('\n'));
  }
}
