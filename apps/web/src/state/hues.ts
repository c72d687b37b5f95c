import type { Member } from '@berth/wire';
import { Observable } from './observable.ts';

/** How many hues there are, as tokens.css has them. */
export const hueCount = 16;

/** The hue of a person or a group wherever there is no reason for another, the same for ever. */
export const hueOf = (id: number): number => (Math.imul(id, 0x9e37_79b1) >>> 16) % hueCount;

type Joiner = Pick<Member, 'id' | 'joined'>;

/**
 * Gives each of a group a hue of their own, as far as there are hues: who came first keeps the one they have everywhere,
 * who comes later takes the next that is free. So nobody's changes when others come. That of the group's own picture is
 * taken last. `given` stays as it is.
 */
export function giveHues(
  given: ReadonlyMap<number, number>,
  joiners: readonly Joiner[],
  group: number,
): ReadonlyMap<number, number> {
  const hues = new Map(given);
  const taken = new Set(hues.values());
  const inOrder = joiners
    .filter(({ id }) => !hues.has(id))
    .sort((one, other) => (one.joined ?? 0) - (other.joined ?? 0) || one.id - other.id);
  for (const { id } of inOrder) {
    const inTurn = Array.from({ length: hueCount }, (_, step) => (hueOf(id) + step) % hueCount);
    const free = inTurn.filter((hue) => !taken.has(hue));
    const hue = free.find((one) => one !== hueOf(group)) ?? free[0] ?? hueOf(id);
    hues.set(id, hue);
    taken.add(hue);
  }
  return hues;
}

/** The hues of the members of groups. */
export class GroupHues extends Observable {
  readonly #groups = new Map<number, ReadonlyMap<number, number>>();

  of(conversation: number, user: number): number {
    return this.#groups.get(conversation)?.get(user) ?? hueOf(user);
  }

  /** Whether the members of a group have been told of. */
  knows(conversation: number): boolean {
    return this.#groups.has(conversation);
  }

  /** Members of a group, all of them or some; who has one keeps their hue. */
  learn(conversation: number, members: readonly Joiner[]): void {
    const given = this.#groups.get(conversation) ?? new Map<number, number>();
    if (members.every(({ id }) => given.has(id))) return;
    this.#groups.set(conversation, giveHues(given, members, conversation));
    this.changed();
  }
}
