import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type ClientEvent, ClientLog } from '@berth/checker';
import type { EventLog } from './recorder.ts';

const flushBytes = 64 * 1_024;

/** The append-only log of all sessions of a driver: a line of JSON for each event, in the order in which it was seen. */
export class LogFile {
  readonly #file: number;
  #pending = '';

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  /** The log of one session. */
  of(user: number): EventLog {
    const write = (event: ClientEvent) => this.#append(user, event);
    return {
      user,
      sent: (conversation, cid, text) => write({ type: 'sent', conversation, cid, text }),
      acked: (conversation, cid, seq) => write({ type: 'acked', conversation, cid, seq }),
      delivered: ({ conversation, seq, sender, cid, text }) =>
        write({ type: 'delivered', conversation, seq, sender, cid, text }),
    };
  }

  flush(): void {
    if (this.#pending !== '') writeSync(this.#file, this.#pending);
    this.#pending = '';
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }

  #append(user: number, event: ClientEvent): void {
    this.#pending += `${JSON.stringify({ user, ...event })}\n`;
    if (this.#pending.length >= flushBytes) this.flush();
  }
}

/** The logs in a file, one for each session, for the checker. */
export async function readLogFile(path: string): Promise<ClientLog[]> {
  const logs = new Map<number, ClientLog>();
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { user, ...event } = JSON.parse(line) as ClientEvent & { user: number };
    const log = logs.get(user) ?? new ClientLog(`session of ${user}`, user);
    logs.set(user, log);
    log.add(event as ClientEvent);
  }
  return [...logs.values()];
}
