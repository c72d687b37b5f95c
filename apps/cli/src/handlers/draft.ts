import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { draftIn, keepDraft } from '../drafts.ts';
import { plain } from '../terminal.ts';

export const draft: Command = {
  usage: '/draft [TEXT]',
  summary: 'keep a text for later here, on all your devices; alone: show it; clear: forget it',
  async run(context, text) {
    const { open, terminal } = context;
    if (open === undefined) throw new BerthError('bad_request', '/open a conversation first.');
    if (text === 'clear') {
      await keepDraft(context, open, '');
      terminal.print('* there is no draft here any more');
    } else if (text !== '') {
      await keepDraft(context, open, text);
      terminal.print('* kept as a draft  (/draft)');
    } else {
      const kept = await draftIn(context, open);
      terminal.print(kept === '' ? 'there is no draft here' : `✐ ${plain(kept)}`);
    }
  },
};
