import { measureDurableWrites } from '../durable-writes.ts';
import { markdown, shown } from '../markdown.ts';
import { measureArgon2 } from '../peers/measure-argon2.ts';
import { measureGrpc } from '../peers/measure-grpc.ts';
import type { Outcome } from '../reached.ts';
import { median } from '../table.ts';
import { storedTargets } from './first-targets.ts';

/** What a part of the work could at most do, with nothing around it. */
interface Part {
  name: string;
  unit: string;
  lacks: string;
}

interface Measured {
  perSecond: number;
  /** µs of CPU of all processes that take part. */
  cpuUs: number;
}

const parts = {
  stored: {
    name: 'Berth, messages stored in one process',
    unit: 'message',
    lacks: 'membership, dedupe, seq, stored before it is acknowledged; no sockets',
  },
  inserts: {
    name: 'bare INSERTs of 512 rows',
    unit: 'row',
    lacks: 'no dedupe, no order, no membership, nobody is told',
  },
  single: {
    name: 'bare prepared INSERTs of one row',
    unit: 'row',
    lacks: 'no dedupe, no order, no membership, nobody is told',
  },
  stream: {
    name: 'grpc-js, 256 messages in a batch, one stream',
    unit: 'message',
    lacks: 'no store, no receivers: what two nodes could say to each other',
  },
  unary: {
    name: 'grpc-js, a unary call for each, 64 at a time',
    unit: 'message',
    lacks: 'no store, no receivers',
  },
  argon2: {
    name: 'argon2id (19 MiB, t=2, p=1), 2 at a time',
    unit: 'hash',
    lacks: 'no account, no session, no place',
  },
} satisfies Record<string, Part>;

type PartName = keyof typeof parts;

export interface PartsOptions {
  rounds: number;
  seconds: number;
  say: (line: string) => void;
  signal?: AbortSignal;
}

/** Each by itself in processes of its own, the order turned round each round: a table of the medians, and what it says of targets. */
export async function compareParts({
  rounds,
  seconds,
  say,
  signal,
}: PartsOptions): Promise<{ text: string; outcomes: Outcome[] }> {
  const readings = new Map<PartName, Measured[]>();
  const note = (name: PartName, measured: Measured) => {
    readings.set(name, [...(readings.get(name) ?? []), measured]);
  };
  const steps: (() => Promise<void>)[] = [
    async () => {
      const { berth, bare, single, cpuUs } = await measureDurableWrites({ rounds: 1, ms: seconds * 1_000 });
      note('stored', { perSecond: berth, cpuUs: cpuUs.berth });
      note('inserts', { perSecond: bare, cpuUs: cpuUs.bare });
      note('single', { perSecond: single, cpuUs: cpuUs.single });
    },
    async () => note('stream', await measureGrpc('stream', seconds)),
    async () => note('unary', await measureGrpc('unary', seconds)),
    async () => note('argon2', await measureArgon2(2, seconds)),
  ];
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}: INSERTs, grpc-js and argon2id alone`);
    for (const step of round % 2 === 1 ? steps : steps.toReversed()) {
      signal?.throwIfAborted();
      await step();
    }
  }
  const rows = (Object.keys(parts) as PartName[]).map((name) => {
    const found = readings.get(name)!;
    const [perSecond, cpuUs] = [
      median(found.map((one) => one.perSecond)),
      median(found.map((one) => one.cpuUs)),
    ];
    const { name: title, unit, lacks } = parts[name];
    return [title, `${shown(cpuUs)} µs a ${unit}`, `${shown(perSecond)}/s`, lacks];
  });
  const head = ['a part alone', 'CPU of all processes', 'rate', 'what it does, or does not'];
  const rateOf = (name: PartName) => median(readings.get(name)!.map(({ perSecond }) => perSecond));
  const [stored, inserts, single] = [rateOf('stored'), rateOf('inserts'), rateOf('single')];
  return { text: markdown([head, ...rows]), outcomes: storedTargets({ stored, inserts, single }) };
}
