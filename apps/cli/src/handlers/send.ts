import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type AttachmentKind, BerthError } from '@berth/client';
import type { FileAnswer, FileUpload } from '@berth/client/files';
import type { Command } from '../context.ts';
import { fileSize, progressBar } from '../file-line.ts';
import { plain, type Terminal } from '../terminal.ts';

/** Of what no terminal shows, how much further it is before it is said again: parts of the whole. */
const saidStep = 0.25;

export const send: Command = {
  usage: '/send PATH',
  summary: 'a file to the open conversation',
  async run({ client, files, terminal, open }, path) {
    if (open === undefined) throw new BerthError('bad_request', '/open a conversation first.');
    if (path === '') throw new BerthError('bad_request', 'Which file? /send takes its path.');
    const content = await opened(path);
    if (!content) throw new BerthError('not_found', `There is no file ${plain(path)} that can be read.`);
    const limit = await files.maxFileBytes();
    if (limit === undefined) throw new BerthError('not_found', 'This platform takes no files.');
    if (content.size > limit)
      throw new BerthError('too_large', `Files have at most ${fileSize(limit)} here.`);
    const upload = files.upload(content, { name: basename(path) });
    const answer = await follow(upload, terminal);
    const { kind = 'file', type = 'application/octet-stream', state: _, ...rest } = answer;
    const attachment = { ...rest, kind: kind as AttachmentKind, type };
    client
      .send(open, '', { attachments: [attachment] })
      .whenSent()
      .catch((error: Error) => terminal.print(`! not sent: ${plain(rest.name)}: ${plain(error.message)}`));
  },
};

/** Shows how far it is until it is ready. Rejects with why it has failed. */
async function follow(upload: FileUpload, terminal: Terminal): Promise<FileAnswer> {
  let said = -1;
  const stop = upload.onProgress(({ sentBytes, totalBytes, bytesPerSecond }) => {
    const part = totalBytes === 0 ? 1 : sentBytes / totalBytes;
    const line = progressBar(plain(upload.name), part, bytesPerSecond);
    if (terminal.isInteractive) terminal.progress(line);
    else if (Math.floor(part / saidStep) > said) {
      said = Math.floor(part / saidStep);
      terminal.print(line);
    }
  });
  try {
    return await upload.whenReady();
  } finally {
    stop();
    terminal.progress('');
  }
}

/** Of what is not there Node throws before it promises anything. */
async function opened(path: string): Promise<Blob | undefined> {
  try {
    return (await stat(path)).isFile() ? await openAsBlob(path) : undefined;
  } catch {
    return undefined;
  }
}
