import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connectDevice, type Device } from '../harness/people.ts';
import type { Platform } from '../harness/platform.ts';
import { type OldUser, registerOldUser } from './old-user.ts';
import { QtClient } from './qt-client.ts';
import { qtPeople } from './qt-people.ts';

/** People with the Qt clients that know pictures, and what the platform keeps of them. */
export function picturePeople(platform: Platform) {
  const folder = () => join(dirname(platform.logFolder), 'files');
  return {
    webOf: ({ uid: id, name, email, password }: OldUser): Promise<Device> =>
      connectDevice(platform, { id, name, email, password }, { files: true, deviceClass: 'web' }),

    async logInWithPictures(user: OldUser): Promise<QtClient> {
      const client = new QtClient(user, { variant: 'threads', pictures: true });
      await client.logIn(platform);
      return client;
    },

    /** Two new people who are friends. */
    async two(): Promise<{ annUser: OldUser; bobUser: OldUser; conversation: number }> {
      const annUser = await registerOldUser(platform, 'ann');
      const bobUser = await registerOldUser(platform, 'bob');
      return { annUser, bobUser, conversation: await qtPeople(platform).makeFriends(annUser, bobUser) };
    },

    /** Names of all that is stored. */
    async storedNames(): Promise<string[]> {
      const parts = ['uploads', 'previews'].map((part) => readdir(join(folder(), part)));
      return (await Promise.all(parts)).flat();
    },

    /** What is there of uploads of this user; of all as far as it is in the scratch folder. */
    leftOver: async (user: number) => ({
      scratch: await readdir(join(folder(), 'scratch/llfcchat')),
      files: await platform.db.rows('SELECT state FROM files WHERE owner_id = ?', [user]),
      budget: await platform.db.rows(
        'SELECT total_bytes AS total, open_uploads AS open FROM file_budgets WHERE owner_id = ? AND (total_bytes > 0 OR open_uploads > 0)',
        [user],
      ),
    }),
  };
}
