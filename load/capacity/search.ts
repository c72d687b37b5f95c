/** Whether a level held, and if not, why. */
export interface Verdict {
  holds: boolean;
  reason: string;
}

export interface SearchOptions {
  first: number;
  most: number;
  /** How often the found level must hold, beside the run that found it. */
  confirm: number;
  /** Measures a level; levels are even numbers, since people talk in pairs. */
  probe: (level: number) => Promise<Verdict>;
}

export interface Found {
  /** The highest level that held each time; 0 when none did. */
  level: number;
  /** How often it was measured and held. */
  held: number;
  /** The lowest that did not hold, and why. Undefined when the last level held. */
  broke: { level: number; reason: string } | undefined;
}

/** Between the level that holds and the one that does not: as close as is worth knowing. */
const closeEnough = 1.15;
const backOff = 0.9;
const mostHalvings = 6;

/** Doubles the level until it breaks (or halves it until it holds), halves the distance, then confirms what held, and backs off where it does not. */
export async function searchCapacity({ first, most, confirm, probe }: SearchOptions): Promise<Found> {
  let level = 0;
  let broke: Found['broke'];
  const lower = (at: number, { reason }: Verdict) => {
    if (!broke || at < broke.level) broke = { level: at, reason };
  };
  for (let next = even(first); ; next = Math.min(2 * next, even(most))) {
    const verdict = await probe(next);
    if (!verdict.holds) {
      lower(next, verdict);
      break;
    }
    level = next;
    if (next >= even(most)) break;
  }
  // Too much to begin with: downwards, not for ever.
  for (let halvings = 0; broke && level === 0 && broke.level > 2 && halvings < mostHalvings; halvings++) {
    const next = Math.max(2, even(broke.level / 2));
    const verdict = await probe(next);
    if (verdict.holds) level = next;
    else lower(next, verdict);
  }
  while (broke && level > 0 && broke.level / level > closeEnough) {
    const middle = even((level + broke.level) / 2);
    if (middle <= level || middle >= broke.level) break;
    const verdict = await probe(middle);
    if (verdict.holds) level = middle;
    else lower(middle, verdict);
  }
  // What found it counts as one more.
  let held = 1;
  while (level > 0) {
    if (held > confirm) return { level, held, broke };
    const verdict = await probe(level);
    if (verdict.holds) held++;
    else {
      lower(level, verdict);
      level = even(level * backOff) < level ? even(level * backOff) : level - 2;
      held = 0;
    }
  }
  return { level: 0, held: 0, broke };
}

const even = (level: number): number => 2 * Math.floor(level / 2);

/** In at least which part of runs it holds, with 95 % confidence, after it held in all of `held`. */
export const heldPart = (held: number): number => 0.05 ** (1 / held);
