import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseChatConfig } from '@berth/chat/config';
import { send } from '@berth/chat/handlers/send';
import { SendTurns } from '@berth/chat/rates/send-turns';
import { createStores } from '@berth/chat/stored-side';
import { Mysql, migrate } from '@berth/mysql';
import { startMysql } from '@berth/stores';
import { createLog, Metrics, noTracing } from '@berth/telemetry';
import { cpuSecondsOf } from '../machine/process-cpu.ts';
import { median } from './table.ts';

export interface DurableWritesMeasure {
  /** Messages a second through the send handler, acknowledged after commit, of the best and of all rounds' median. */
  berth: number;
  /** Rows a second of plain multi-row INSERTs into the same table, with as many connections and rows a statement. */
  bare: number;
  /** Rows a second of single-row prepared INSERTs. */
  single: number;
  /** berth / bare, the median of the rounds. */
  ratio: number;
  /** Messages a transaction. */
  batch: number;
  /** µs of CPU of this process and MySQL for each message or row. */
  cpuUs: { berth: number; bare: number; single: number };
}

type Rates = Omit<DurableWritesMeasure, 'cpuUs'>;

export interface DurableWritesOptions {
  conversations?: number;
  /** Sends on their way at a time. */
  inFlight?: number;
  writers?: number;
  rounds?: number;
  /** Length of each part of a round. */
  ms?: number;
}

const text = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit sed.';
/** Those that the message writer fills. */
const columns = 'conversation_id, seq, uncounted, sender_id, cid, sent_at, reply_to, text';
const row = '(?,?,?,?,?,?,?,?)';
const rowsPerStatement = 512;
const membersEach = 4;

/**
 * What the message writer costs: the rate of durable sends (membership, fence, seq, dedupe, delivery frame) against bare
 * INSERTs of as many rows into the same schema, on one server, in turn.
 */
export async function measureDurableWrites({
  conversations = 1_000,
  inFlight = 2_000,
  writers = 2,
  rounds = 5,
  ms = 2_000,
}: DurableWritesOptions = {}): Promise<DurableWritesMeasure> {
  const dir = await mkdtemp(join(tmpdir(), 'berth-durable-'));
  const server = await startMysql({
    dir,
    args: ['--innodb-buffer-pool-size=1G', '--innodb-log-file-size=512M'],
  });
  const db = new Mysql({ url: server.url, poolSize: Math.max(16, writers) });
  try {
    await migrate(db);
    const results: Rates[] = [];
    const cpuOf: Record<'berth' | 'bare' | 'single', number[]> = { berth: [], bare: [], single: [] };
    const metered = (cpuUs: number[]) => ({ pid: server.pid, note: (us: number) => cpuUs.push(us) });
    for (let round = 0; round < rounds; round++) {
      const bench = { db, url: server.url, conversations, inFlight, writers, ms };
      const bare = await measureBare({ ...bench, meter: metered(cpuOf.bare) });
      const sent = await measureSends({ ...bench, meter: metered(cpuOf.berth) });
      const single = await measureSingle({ ...bench, meter: metered(cpuOf.single) });
      results.push({ bare, single, berth: sent.rate, batch: sent.batch, ratio: sent.rate / bare });
    }
    const of = (name: keyof Rates) => median(results.map((result) => result[name]));
    return {
      berth: of('berth'),
      bare: of('bare'),
      single: of('single'),
      ratio: of('ratio'),
      batch: of('batch'),
      cpuUs: { berth: median(cpuOf.berth), bare: median(cpuOf.bare), single: median(cpuOf.single) },
    };
  } finally {
    await db.close();
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  }
}

interface Bench {
  db: Mysql;
  url: string;
  conversations: number;
  inFlight: number;
  writers: number;
  ms: number;
  /** Hears the µs of CPU for each unit of work. */
  meter: { pid: number; note: (cpuUs: number) => void };
}

/** Groups of a few members, the first id 1. */
async function seed({ db, conversations }: Bench): Promise<void> {
  for (const table of ['messages', 'members', 'conversations']) await db.run(`TRUNCATE ${table}`);
  for (let first = 1; first <= conversations; first += 500) {
    const ids = Array.from({ length: Math.min(500, conversations - first + 1) }, (_, index) => first + index);
    await db.run(
      `INSERT INTO conversations (id, kind, created_by, created_at, member_count) VALUES ${ids.map((id) => `(${id}, 2, 1, 1, ${membersEach})`).join(',')}`,
    );
    const members = ids.flatMap((id) =>
      Array.from({ length: membersEach }, (_, user) => `(${id}, ${user + 1})`),
    );
    await db.run(`INSERT INTO members (conversation_id, user_id) VALUES ${members.join(',')}`);
  }
}

async function measureSends(bench: Bench): Promise<{ rate: number; batch: number }> {
  await seed(bench);
  const config = parseChatConfig({
    NODE_NAME: 'bench',
    CLIENT_HOST: 'localhost',
    MYSQL_URL: bench.url,
    REDIS_URL: 'redis://localhost',
    PEER_HOST: '127.0.0.1',
    MESSAGE_WRITERS: String(bench.writers),
    SENDS_PER_SECOND: '1000000000',
    SENDS_BURST: '1000000000',
  });
  const log = createLog('chat', 'warn');
  const metrics = new Metrics('bench');
  const publisher = { deliver() {}, notify() {}, broadcast() {}, membershipChanged() {} };
  const stores = createStores({ config, mysql: bench.db, publisher, log, metrics });
  // The handler reads no more of its context than this.
  const context = { config, stores, tracing: noTracing, sendTurns: new SendTurns() } as unknown as Parameters<
    typeof send
  >[0];
  const sendAs = (user: number, conversation: number) =>
    send(context, { user } as Parameters<typeof send>[1], {
      req: 1,
      conversation,
      cid: newCid(),
      text,
      resent: false,
    });
  for (let id = 1; id <= bench.conversations; id++) {
    for (let user = 1; user <= membersEach; user++) void stores.directory.standing(id, user);
  }
  await stores.directory.standing(bench.conversations, membersEach);
  const count = await countUntil(bench, bench.inFlight, async () => {
    await sendAs(pick(membersEach), pick(bench.conversations));
    return 1;
  });
  const { values } = await (await metrics.registry.getSingleMetric('chat_batch_messages')!).get();
  const totalOf = (suffix: string) =>
    values.find((value) => (value as { metricName?: string }).metricName?.endsWith(suffix))?.value ?? 0;
  await stores.close();
  return { rate: count, batch: totalOf('_sum') / totalOf('_count') };
}

async function measureBare(bench: Bench): Promise<number> {
  await seed(bench);
  const values = Array(rowsPerStatement).fill(row).join(',');
  const heads = new Array<number>(bench.conversations + 1).fill(0);
  return countUntil(bench, bench.writers, async () => {
    const params = Array.from({ length: rowsPerStatement }, () => rowOf(heads, bench.conversations)).flat();
    await bench.db.run(`INSERT INTO messages (${columns}) VALUES ${values}`, params);
    return rowsPerStatement;
  });
}

async function measureSingle(bench: Bench): Promise<number> {
  await seed(bench);
  const heads = new Array<number>(bench.conversations + 1).fill(0);
  return countUntil(bench, 16, async () => {
    await bench.db.run(`INSERT INTO messages (${columns}) VALUES ${row}`, rowOf(heads, bench.conversations));
    return 1;
  });
}

function rowOf(heads: number[], conversations: number): (number | string | null)[] {
  const conversation = pick(conversations);
  heads[conversation]!++;
  return [conversation, heads[conversation]!, 0, pick(membersEach), newCid(), Date.now(), null, text];
}

/** Units a second of work done by `workers` loops. */
async function countUntil(bench: Bench, workers: number, work: () => Promise<number>): Promise<number> {
  const cpuSeconds = () => cpuSecondsOf(process.pid) + cpuSecondsOf(bench.meter.pid);
  const [started, cpuBefore] = [performance.now(), cpuSeconds()];
  let done = 0;
  const loop = async () => {
    while (performance.now() - started < bench.ms) {
      const units = await work();
      done += units;
    }
  };
  await Promise.all(Array.from({ length: workers }, loop));
  bench.meter.note(((cpuSeconds() - cpuBefore) * 1e6) / done);
  return (done * 1_000) / (performance.now() - started);
}

const pick = (count: number): number => 1 + Math.floor(Math.random() * count);

let cids = 0;
const run = randomBytes(6).toString('base64url');
const newCid = (): string => `${run}${(cids++).toString(36).padStart(10, '0')}`;

if (process.argv[1] === import.meta.filename) {
  for (const conversations of [100, 1_000, 20_000]) {
    const { berth, bare, single, ratio, batch } = await measureDurableWrites({ conversations });
    console.log(
      `${conversations} conversations: ${Math.round(berth)} durable sends/s, ${Math.round(bare)} bare rows/s, ${Math.round(single)} single rows/s; ` +
        `${ratio.toFixed(2)} of bare, ${(berth / single).toFixed(1)} × single, ${batch.toFixed(0)} a batch`,
    );
  }
}
