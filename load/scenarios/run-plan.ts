import exec from 'k6/execution';
import type { Profile } from '../profiles/profile.ts';
import { type ProfileName, profiles } from '../profiles/profiles.ts';
import type { Person } from './accounts.ts';
import { elapse } from './time.ts';

/** What every virtual user gets from `setup`. */
export interface Prepared {
  /** Begins the names of this run's people and messages. */
  run: string;
  /** By scenario; those of the conversation `n` follow each other. */
  direct: Person[];
  groups: Person[];
  storm: Person[];
}

const name = (__ENV.BERTH_PROFILE || 'smoke') as ProfileName;
const seconds = Number(__ENV.BERTH_SECONDS);
/** The profile that was asked for, by the environment, and for how long. */
export const profile: Profile = { ...profiles[name], ...(seconds > 0 && { seconds }) };

/** Which conversation of its scenario this virtual user plays: from 0. */
export const ownNumber = (): number => exec.scenario.iterationInTest;

/** Each log-in costs a password hash: so many a second, or the platform would be measured by its own door. */
const logInsPerSecond = 20;

/** Waits for the turn of this conversation, which has so many members, to come in. */
export const awaitTurn = (members: number): Promise<void> =>
  elapse((1_000 * ownNumber() * members) / logInsPerSecond);
