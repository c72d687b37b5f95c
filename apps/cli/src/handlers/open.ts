import { BerthError } from '@berth/client';
import type { Command, Context } from '../context.ts';
import { plain } from '../terminal.ts';
import { showHistory } from './history.ts';

const shownMessages = 10;

export const open: Command = {
  usage: '/open NUMBER|NAME',
  summary: 'write to a conversation of /list, to a friend or to a group',
  async run(context, argument) {
    const { client, terminal, people } = context;
    const conversation = await findConversation(context, argument);
    context.open = conversation;
    terminal.print(`— ${plain(people.title(conversation))} —`);
    await showHistory(context, conversation, shownMessages);
    const head = client.mark(conversation);
    if (head > 0) client.markRead(conversation, head);
  },
};

async function findConversation({ client, people, listed }: Context, argument: string): Promise<number> {
  if (argument === '') throw new BerthError('bad_request', 'Which one? /list shows them.');
  const numbered = /^\d{1,3}$/.test(argument) ? listed[Number(argument) - 1] : undefined;
  if (numbered) return numbered.conversation;
  const wanted = argument.toLowerCase();
  const pages = client.conversations({ pageSize: 200 });
  while (!pages.done) {
    const named = (await pages.next()).find(
      ({ title, peer }) => title.toLowerCase() === wanted || peer?.name.toLowerCase() === wanted,
    );
    if (named) return named.conversation;
  }
  const user = await people.find(argument);
  const { conversation } = await client.request('directOpen', { user: user.id });
  return conversation.conversation;
}
