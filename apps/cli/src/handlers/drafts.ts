import type { Command } from '../context.ts';
import { allDrafts } from '../drafts.ts';
import { plain } from '../terminal.ts';

export const drafts: Command = {
  usage: '/drafts',
  summary: 'what you have typed and not sent, on any device',
  async run(context) {
    const { people, terminal } = context;
    const all = await allDrafts(context);
    if (all.length === 0) terminal.print('there are no drafts');
    for (const { conversation, text } of all) {
      await people.meet(conversation);
      terminal.print(`  ${plain(people.title(conversation))}: ${plain(text)}`);
    }
  },
};
