/** The end of a conversation's log, as it was read from the log itself. */
export interface ReadEnd {
  head: number;
  /** `sentAt` of the newest entry that shows; 0 when there is none. */
  lastAt: number;
}

/** The ends of the logs of a whole list, as its user's log-in has read them a moment ago. */
export interface FreshEnds {
  /** Behind the claim of the route, and kept right by what was pushed since. */
  known: ReadonlyMap<number, ReadEnd>;
  /** Others of the list; their ends are to be read. */
  unknown: readonly number[];
}

/**
 * The ends of logs that this node knows without reading them: of conversations that have sessions here, since their entries are
 * pushed here.
 */
export interface LiveEnds {
  /** `sentAt` of the newest entry that shows; undefined when it must be read. */
  lastAt(conversation: number): number | undefined;
  /** Where the log ended when it was read or pushed last: it may have gone on since. Undefined: nothing is known. */
  heard(conversation: number): ReadEnd | undefined;
  /** Ends are about to be read; what is found is to be handed on. */
  reading(conversations: readonly number[]): (found: ReadonlyMap<number, ReadEnd>) => void;
  /** For the first resume of that session, soon after its log-in; undefined at any other time. */
  ofLogIn(session: object): FreshEnds | undefined;
}

/** Of a node without sessions. */
export const noLiveEnds: LiveEnds = {
  lastAt: () => undefined,
  heard: () => undefined,
  reading: () => () => {},
  ofLogIn: () => undefined,
};
