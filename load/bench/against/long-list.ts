import { type Answers, decodeBody, encodeFrame, frameIds, framesOf } from '@berth/wire';
import { CpuMeter } from '../../machine/process-cpu.ts';
import { median } from '../table.ts';
import type { Side } from './side.ts';

/** Of one user. */
export const listLength = 10_000;

/** What the first page of a long list costs one who has resumed. */
export interface ListReading {
  /** ms of CPU of all server processes, and of MySQL alone, a page. */
  serverMs: number;
  mysqlMs: number;
  medianMs: number;
}

/** Asks for the first page again and again for so long, beside nobody. */
export async function readLongList(side: Side, seconds: number): Promise<ListReading> {
  const members = await side.longList(listLength);
  let target: { port: number; token: string } | undefined;
  for await (const [one] of side.targets(members)) target = one;
  const client = await Client.open(target!.port);
  try {
    await client.ask('hello', { token: target!.token });
    await client.ask('resume', { marks: [] });
    await client.ask('conversations', {});
    const meter = new CpuMeter(side.processes);
    const times: number[] = [];
    const startedAt = performance.now();
    while (performance.now() - startedAt < seconds * 1_000) {
      const at = performance.now();
      const page = (await client.ask('conversations', {})) as Answers['conversations'];
      if (page.conversations.length === 0) throw new Error(`${side.name}: the list is empty`);
      times.push(performance.now() - at);
    }
    const tookMs = performance.now() - startedAt;
    const cores = meter.stop();
    const ofEach = (value: number) => (value * tookMs) / times.length;
    return {
      serverMs: ofEach(Object.values(cores).reduce((sum, value) => sum + value, 0)),
      mysqlMs: ofEach(cores.MySQL!),
      medianMs: median(times),
    };
  } finally {
    client.close();
  }
}

/** As little of a client as it takes: one request at a time. */
class Client {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve: (body: object) => void; reject: (error: Error) => void }>();
  #req = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', ({ data }) => {
      for (const { body } of framesOf(new Uint8Array(data as ArrayBuffer))) {
        const said = decodeBody(body) as { req?: number; part?: boolean };
        if (said.req === undefined || said.part) continue;
        this.#waiting.get(said.req)?.resolve(said);
        this.#waiting.delete(said.req);
      }
    });
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the connection was closed'));
    });
  }

  static open(port: number): Promise<Client> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    return new Promise((resolve, reject) => {
      socket.addEventListener('open', () => resolve(new Client(socket)));
      socket.addEventListener('error', () => reject(new Error(`no connection to port ${port}`)));
    });
  }

  ask(name: 'hello' | 'resume' | 'conversations', body: object): Promise<object> {
    const req = ++this.#req;
    return new Promise((resolve, reject) => {
      this.#waiting.set(req, { resolve, reject });
      this.#socket.send(encodeFrame(frameIds[name], { req, ...body }) as Uint8Array<ArrayBuffer>);
    });
  }

  close(): void {
    this.#socket.close();
  }
}
