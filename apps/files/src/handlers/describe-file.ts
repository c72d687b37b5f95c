import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '@berth/wire';
import type { FileAnswer } from '@berth/wire/files';
import type { Context } from '../context.ts';
import type { StoredFile } from '../stores/mysql-file-store.ts';

const pollMs = 200;

/** What is known of one's own file; waits for it to become ready. */
export async function describeFile(
  { files, uploads, processor }: Context,
  user: number,
  id: string,
  waitMs: number,
  isGone: () => boolean,
): Promise<FileAnswer> {
  const until = performance.now() + waitMs;
  for (;;) {
    const file = await files.find(user, id);
    if (file === undefined || file.state === 'going') throw new BerthError('not_found');
    if (file.state === 'ready') return answerOf(file, 'ready');
    if (file.state === 'uploading') await uploads.look(user, id).catch(() => {});
    const left = until - performance.now();
    const { state } = file;
    if (left <= 0 || isGone()) return answerOf(file, state);
    // Here or in another process.
    if (state === 'processing') await Promise.race([processor.process(user, id), sleep(left)]);
    await sleep(Math.min(pollMs, left));
  }
}

const answerOf = (file: StoredFile, state: FileAnswer['state']): FileAnswer => ({
  ...{ file: file.id, state, name: file.name, bytes: file.bytes },
  ...(state === 'ready' && {
    ...{ kind: file.kind, type: file.type, previews: file.previews },
    ...(file.width !== undefined && { width: file.width }),
    ...(file.height !== undefined && { height: file.height }),
    ...(file.thumbhash !== undefined && { thumbhash: file.thumbhash.toString('base64url') }),
  }),
});
