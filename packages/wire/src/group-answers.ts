/** What a group has beside its title. */
export interface GroupSettings {
  /** What it is about, in a line; empty: not told. */
  topic: string;
  /** And at length. */
  about: string;
  /** Only the owner and admins write. */
  announcements: boolean;
  /** Milliseconds between two messages of one member who is no admin; 0: as fast as they like. */
  slowMs: number;
  /** Found by anyone by its title, and joined without an invitation. */
  open: boolean;
  /** From where on those see it who come after this was set. */
  history: 'join' | 'beginning';
}

/** An open group, as anyone finds it. */
export interface FoundGroup {
  conversation: number;
  title: string;
  topic: string;
  about: string;
  memberCount: number;
}

/** What was set of a group, up to the entry `seq`; what is not named is as in a new one. */
export interface SetSettings extends Partial<GroupSettings> {
  seq: number;
}

/** A link by which anyone may join a group. */
export interface GroupLink {
  /** What it ends with; whoever knows it may use it. */
  link: string;
  /** Who made it. */
  by: number;
  createdAt: number;
  /** Absent: never. */
  expiresAt?: number;
  /** Absent: any number of people. */
  maxUses?: number;
  uses: number;
  revoked: boolean;
}
