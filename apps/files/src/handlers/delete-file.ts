import { BerthError } from '@berth/wire';
import type { Context } from '../context.ts';

/** More than there are states that a file passes through. */
const maxAttempts = 5;

/** Gives an upload up, or deletes a file that nobody was ever to be shown. */
export async function deleteFile(
  { files, uploads, storage }: Context,
  user: number,
  id: string,
): Promise<void> {
  const known = await files.find(user, id);
  if (known === undefined || known.state === 'going') throw new BerthError('not_found');
  const lock = await uploads.hold(id);
  try {
    for (let attempt = 1; ; attempt++) {
      const file = await files.find(user, id);
      if (file === undefined) return;
      if (await files.isClaimed(user, id))
        throw new BerthError('conflict', 'This file is in use: what shows it must go first.');
      if (await files.doom(file, Date.now())) break;
      // Whoever looks into it has just noted something.
      if (attempt === maxAttempts) throw new BerthError('conflict');
    }
    await storage.remove(id);
    await files.forget(user, id);
  } finally {
    await lock.unlock();
  }
}
