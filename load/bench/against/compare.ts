import type { Revision } from '@berth/test/revision';
import { readLongList } from './long-list.ts';
import { type Duration, patterns, read } from './measure.ts';
import { type Member, Side } from './side.ts';
import type { Comparison, Round } from './table.ts';

export interface CompareOptions {
  /** The older build and the present one. */
  revision: Revision;
  present: Revision;
  rounds: number;
  duration: Duration;
  /** Length of each part of the stored side's measurement. */
  storedMs: number;
  say: (line: string) => void;
  signal?: AbortSignal;
  /** Default: everything. */
  only?: (keyof Round)[];
}

type PatternName = keyof typeof patterns;

/**
 * Measures both builds in turn, the order turned round each round, while both platforms stand. What fails or is interrupted
 * answers with the rounds that are whole.
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { revision, present, rounds, say, signal } = options;
  const wanted = options.only ?? ([...Object.keys(patterns), 'stored', 'list'] as (keyof Round)[]);
  const comparison: Comparison = { revision: revision.name, present: present.name, rounds: [] };
  const sides: Side[] = [];
  try {
    for (const build of [revision, present]) {
      signal?.throwIfAborted();
      say(`starting ${build.name}`);
      sides.push(await Side.start(build));
    }
    const members = new Map<Side, Record<PatternName, Member[]>>();
    for (const side of sides) members.set(side, await seed(side, wanted));
    for (let round = 1; round <= rounds; round++) {
      const results = new Map(sides.map((side) => [side, {} as Round]));
      for (const name of wanted) {
        for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
          signal?.throwIfAborted();
          say(`round ${round} of ${rounds}: ${nameOf(name)}: ${side.name}`);
          const result = results.get(side)!;
          if (name === 'stored') {
            result.stored = await side.stored(options.storedMs);
            continue;
          }
          if (name === 'list') {
            result.list = await readLongList(side, options.duration.seconds);
            continue;
          }
          const who = members.get(side)![name];
          result[name] = await read(side, patterns[name], who, options.duration, signal);
        }
      }
      comparison.rounds.push({ revision: results.get(sides[0]!)!, present: results.get(sides[1]!)! });
    }
    for (const side of sides) {
      const holes = await side.holes();
      if (holes > 0) throw new Error(`${side.name}: ${holes} conversations have a hole`);
    }
  } catch (error) {
    comparison.failure = signal?.aborted ? new Error('interrupted') : (error as Error);
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
  return comparison;
}

const nameOf = (part: keyof Round): string =>
  part === 'stored' ? 'stored in one process' : part === 'list' ? 'a long list' : patterns[part].name;

async function seed(side: Side, wanted: (keyof Round)[]): Promise<Record<PatternName, Member[]>> {
  const seeded: Partial<Record<PatternName, Member[]>> = {};
  for (const name of wanted)
    if (name !== 'stored' && name !== 'list') seeded[name] = await patterns[name].members(side);
  return seeded as Record<PatternName, Member[]>;
}
