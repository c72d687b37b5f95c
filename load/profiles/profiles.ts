import { load } from './load.ts';
import type { Profile } from './profile.ts';
import { smoke } from './smoke.ts';
import { soak } from './soak.ts';
import { storm } from './storm.ts';

export const profiles = { smoke, load, storm, soak } satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
