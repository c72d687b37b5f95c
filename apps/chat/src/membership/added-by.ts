/** Who may add a user to groups. */
export type AddedBy = 'nobody' | 'friends' | 'everybody';

/**
 * As `users.added_by` keeps it. 1, which is also what earlier releases call friends, is of those who have not chosen: friends
 * add them and, where strangers may write, whoever leads a group.
 */
export const storedAddedBy: Readonly<Record<AddedBy, number>> = { nobody: 0, everybody: 2, friends: 3 };

/** Undefined: not chosen. */
export const addedByOf = (stored: number): AddedBy | undefined =>
  (Object.keys(storedAddedBy) as AddedBy[]).find((name) => storedAddedBy[name] === stored);
