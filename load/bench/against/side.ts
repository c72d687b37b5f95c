import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Revision } from '@berth/test/revision';
import type { LightTarget } from '../../light/light-loader.ts';
import type { ProcessGroups } from '../../machine/process-cpu.ts';
import type { DurableWritesMeasure } from '../durable-writes.ts';

export type Request =
  | { kind: 'start' }
  | { kind: 'stop' }
  | { kind: 'holes' }
  /** `count` conversations of `size` people each. */
  | { kind: 'seed'; conversations: 'direct' | 'group'; count: number; size: number }
  /** One who is in so many groups, alone, each with messages. */
  | { kind: 'list'; length: number }
  | { kind: 'stored'; ms: number; conversations: number };

export interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

/** Someone with a session, and the conversation to talk in. */
export interface Member {
  token: string;
  conversation: number;
}

/** How long the host of a side may take for anything: a platform, or 1,000 conversations, on a busy machine. */
const answerTimeoutMs = 5 * 60_000;

/** One of the two that are compared: a revision's platform in processes of its own. */
export class Side {
  readonly name: string;
  readonly #host: Host;
  processes: ProcessGroups = {};
  #gateUrl = '';
  readonly #revision: Revision;

  private constructor(revision: Revision) {
    this.name = revision.name;
    this.#revision = revision;
    this.#host = new Host(revision.folder);
  }

  static async start(revision: Revision): Promise<Side> {
    const side = new Side(revision);
    try {
      const told = (await side.#host.ask({ kind: 'start' })) as {
        gateUrl: string;
        processes: ProcessGroups;
      };
      side.#gateUrl = told.gateUrl;
      side.processes = told.processes;
      return side;
    } catch (error) {
      await side.#host.end();
      throw new Error(`${side.name} does not start: ${(error as Error).message}`, { cause: error });
    }
  }

  pairs(count: number): Promise<Member[]> {
    return this.#host.ask({ kind: 'seed', conversations: 'direct', count, size: 2 }) as Promise<Member[]>;
  }

  group(size: number): Promise<Member[]> {
    return this.#host.ask({ kind: 'seed', conversations: 'group', count: 1, size }) as Promise<Member[]>;
  }

  longList(length: number): Promise<Member[]> {
    return this.#host.ask({ kind: 'list', length }) as Promise<Member[]>;
  }

  /** A berth for each, in the order of `members`, a few at a time: a ticket lives 15 s. */
  async *targets(members: Member[]): AsyncGenerator<LightTarget[]> {
    const atATime = 16;
    for (let first = 0; first < members.length; first += atATime)
      yield Promise.all(members.slice(first, first + atATime).map((member) => this.#target(member)));
  }

  async #target({ token, conversation }: Member): Promise<LightTarget> {
    const response = await fetch(`${this.#gateUrl}/v1/berths`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok)
      throw new Error(`${this.name}: POST /v1/berths: ${response.status} ${await response.text()}`);
    const { berth } = (await response.json()) as { berth: { url: string; ticket: string } };
    return { port: Number(new URL(berth.url).port), token: berth.ticket, conversation };
  }

  /** Conversations in which a seq is missing. */
  holes(): Promise<number> {
    return this.#host.ask({ kind: 'holes' }) as Promise<number>;
  }

  /** Durable sends within one process against bare INSERTs, in a process that has done nothing else. */
  async stored(ms: number, conversations = 1_000): Promise<DurableWritesMeasure> {
    const host = new Host(this.#revision.folder);
    try {
      return (await host.ask({ kind: 'stored', ms, conversations })) as DurableWritesMeasure;
    } finally {
      await host.end();
    }
  }

  async stop(): Promise<void> {
    await this.#host.ask({ kind: 'stop' }).catch(() => {});
    await this.#host.end();
  }
}

/** A child that runs `host.ts` for a folder, on that folder's own Node. */
class Host {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Omit<Answer, 'id'>) => void>();
  readonly #exited: Promise<unknown>;
  #asked = 0;
  #gone = false;

  constructor(folder: string) {
    const ownNode = join(folder, 'node_modules/.bin/node');
    this.#child = fork(join(import.meta.dirname, 'host.ts'), [folder], {
      cwd: folder,
      execPath: existsSync(ownNode) ? ownNode : process.execPath,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', ({ id, value, error }: Answer) => this.#waiting.get(id)?.({ value, error }));
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#gone = true;
        for (const tell of this.#waiting.values()) tell({ error: `its host ended with ${code ?? signal}` });
        resolve(code);
      });
    });
  }

  ask(request: Request): Promise<unknown> {
    if (this.#gone) return Promise.reject(new Error('its host has ended'));
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const late = () =>
        reject(new Error(`no answer to ${request.kind} within ${answerTimeoutMs / 1_000} s`));
      const timer = setTimeout(late, answerTimeoutMs);
      this.#waiting.set(id, ({ value, error }) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (error) reject(new Error(error));
        else resolve(value);
      });
      this.#child.send({ id, request });
    });
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }
}
