import { freePorts } from '@berth/stores';
import type { LocalConfig } from './config.ts';
import { maxNodes } from './config.ts';
import { LocalError } from './local-error.ts';
import { servicePart } from './part.ts';
import { chatService, type Plan, planNode } from './services.ts';
import type { Supervisor } from './supervisor.ts';

/** A key that is held down is no wish for so many. */
const maxWaiting = 8;

/** The chat nodes while the platform runs: one more, or one less, its people moved. One change after the other. */
export class ChatNodes {
  readonly #config: LocalConfig;
  readonly #plan: Plan;
  readonly #stores: { mysqlUrl: string; redisUrl: string };
  readonly #supervisor: Supervisor;
  readonly #say: (line: string) => void;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(
    config: LocalConfig,
    plan: Plan,
    stores: { mysqlUrl: string; redisUrl: string },
    { supervisor, say }: { supervisor: Supervisor; say: (line: string) => void },
  ) {
    this.#config = config;
    this.#plan = plan;
    this.#stores = stores;
    this.#supervisor = supervisor;
    this.#say = say;
  }

  get count(): number {
    return this.#plan.nodes.length;
  }

  add(): Promise<void> {
    return this.#change(async () => {
      const { nodes } = this.#plan;
      if (nodes.length >= maxNodes)
        return this.#say(`there are ${maxNodes} chat nodes, as many as there may be`);
      const names = new Set(nodes.map(({ name }) => name));
      let number = 1;
      while (names.has(`chat-${number}`)) number++;
      const node = planNode(number, await freePorts(4));
      const service = chatService(this.#config, this.#plan, this.#stores, node);
      this.#say(`starting ${node.name}`);
      try {
        const { dataDir, root } = this.#config;
        const { pid } = await this.#supervisor.add(servicePart(service, { dataDir, cwd: root }));
        nodes.push(node);
        this.#say(`${node.name} runs (process ${pid}), ws://127.0.0.1:${node.ws}`);
      } catch (error) {
        if (!(error instanceof LocalError)) throw error;
        this.#say(error.message);
      }
    });
  }

  /** The one of that name, or the last one. */
  remove(wanted?: string): Promise<void> {
    return this.#change(async () => {
      const { nodes } = this.#plan;
      if (nodes.length === 1) return this.#say(`${nodes[0]!.name} is the last chat node and stays`);
      const named = nodes.findIndex(({ name }) => name === wanted);
      const { name } = nodes.splice(named < 0 ? -1 : named, 1)[0]!;
      this.#say(`stopping ${name}, its people are moved`);
      await this.#supervisor.remove(name);
      this.#say(`${name} has stopped`);
    });
  }

  /** Keys that are pressed while a node starts or stops are done after it, in their order. */
  async #change(change: () => Promise<void>): Promise<void> {
    if (this.#waiting >= maxWaiting) return this.#say('one moment: other changes are still on their way');
    this.#waiting++;
    const before = this.#last;
    this.#last = (async () => {
      await before;
      await change();
    })().finally(() => this.#waiting--);
    await this.#last;
  }
}
