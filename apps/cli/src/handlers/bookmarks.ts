import type { Command } from '../context.ts';
import { messageLine } from '../message-line.ts';

export const bookmarks: Command = {
  usage: '/bookmarks',
  summary: 'what you have marked for yourself, the last one first',
  async run(context) {
    const { client, people, terminal } = context;
    const { messages } = await client.request('bookmarks', {});
    if (messages.length === 0) terminal.print('nothing is marked');
    for (const message of messages) {
      await people.meet(message.conversation);
      const line = await messageLine(context, message);
      if (line !== undefined) terminal.print(`  ${line}`);
    }
  },
};
