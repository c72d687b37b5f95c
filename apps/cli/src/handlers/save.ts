import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { fileSize } from '../file-line.ts';
import { plain } from '../terminal.ts';

/** An answer that does not begin within this is none. */
const answerMs = 30_000;

export const save: Command = {
  usage: '/save N [PATH]',
  summary: 'the file that is shown as [N], here or where PATH says',
  async run({ files, terminal, shown }, argument) {
    const [, number = '', path = ''] = /^(\d{1,6})(?:\s+(.+))?$/.exec(argument) ?? [];
    const wanted = shown.get(Number(number));
    if (!wanted) throw new BerthError('not_found', 'Which one? /save takes the number before its name.');
    const { file, name, conversation, seq } = wanted;
    const [link] = await files.links([{ file, conversation, seq }]);
    if (!link?.urls) throw new BerthError('not_found', 'It is not there any more, or not for you.');
    const target = await targetOf(path, name);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), answerMs);
    try {
      const answer = await fetch(link.urls.download, { signal: abort.signal });
      clearTimeout(timer);
      if (!answer.ok || !answer.body) throw new BerthError('unavailable', 'It cannot be had right now.');
      // Nothing that is there is written over.
      const content = answer.body as unknown as AsyncIterable<Uint8Array>;
      await pipeline(content, createWriteStream(target, { flags: 'wx' }));
    } catch (error) {
      if (error instanceof BerthError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'EEXIST'
        ? new BerthError('already_exists', `${plain(target)} is there already; say another path.`)
        : new BerthError('unavailable', `${plain(target)} could not be saved.`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
    terminal.print(`* saved ${plain(target)} (${fileSize((await stat(target)).size)})`);
  },
};

/** A name of others is never a path. */
async function targetOf(path: string, name: string): Promise<string> {
  const own = basename(name.replaceAll('\\', '/')).replace(/^\.+/, '') || 'file';
  if (path === '') return own;
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, own) : path;
}
