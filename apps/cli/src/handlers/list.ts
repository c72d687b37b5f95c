import type { Command } from '../context.ts';
import { plain } from '../terminal.ts';

const pageSize = 30;

export const list: Command = {
  usage: '/list',
  summary: 'your conversations, the newest first',
  async run(context) {
    const { client, terminal, people } = context;
    context.listed = await client.conversations({ pageSize }).next();
    if (context.listed.length === 0)
      terminal.print('no conversations yet; /add NAME asks someone to be your friend');
    context.listed.forEach(({ conversation, unread, mentions, last }, index) => {
      const news = unread > 0 ? `  ${unread} unread` : '';
      const meant = mentions === undefined ? '' : `  @${mentions.length}`;
      const text = last ? `  ${plain(last.text).slice(0, 40)}` : '';
      terminal.print(
        `${String(index + 1).padStart(3)}  ${plain(people.title(conversation))}${news}${meant}${text}`,
      );
    });
  },
};
