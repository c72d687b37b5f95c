import type { Profile } from '@berth/wire';
import type { Conversation } from '../state/conversations.ts';
import { fuzzyScore } from './fuzzy.ts';

/** Where one may go: a conversation, or the page of somebody there is none with. */
export type Place =
  | { kind: 'conversation'; key: string; name: string; conversation: Conversation }
  | { kind: 'person'; key: string; name: string; person: Profile };

/** Shown at most. */
const maxPlaces = 30;

export const placeOf = (conversation: Conversation, name: string): Place => ({
  ...{ kind: 'conversation', key: `c${conversation.conversation}`, name, conversation },
});

/**
 * The conversations whose name fits what was typed, the best first, of equal ones in the order given; then people whom the
 * server found and with whom there is no conversation among them.
 */
export function findPlaces(
  query: string,
  conversations: readonly Place[],
  found: readonly Profile[],
): Place[] {
  const scored = conversations.flatMap((place, index) => {
    const score = Math.max(...namesOf(place).map((name) => fuzzyScore(query, name) ?? -1));
    return score < 0 ? [] : [{ place, score, index }];
  });
  scored.sort((one, other) => other.score - one.score || one.index - other.index);
  const places = scored.slice(0, maxPlaces).map(({ place }) => place);
  const met = new Set(
    places.map((place) => (place.kind === 'conversation' ? place.conversation.peer?.id : undefined)),
  );
  const strangers = found
    .filter(({ id }) => !met.has(id))
    .map((person): Place => {
      return { kind: 'person', key: `p${person.id}`, name: person.nick || person.name, person };
    });
  return [...places, ...strangers];
}

function namesOf(place: Place): string[] {
  if (place.kind === 'person') return [place.name, place.person.name];
  const { peer } = place.conversation;
  return [place.name, ...(peer ? [peer.name, peer.nick] : [])];
}
