import { BerthError } from '@berth/client';
import type { Command, Context } from '../context.ts';
import { draftIn } from '../drafts.ts';
import { findConversation } from '../find-conversation.ts';
import { plain } from '../terminal.ts';
import { showHistory } from './history.ts';

const shownMessages = 10;

export const open: Command = {
  usage: '/open NAME',
  summary: 'write to a friend or a group; the beginning of the name will do, or its number in /list',
  async run(context, argument) {
    const { client, terminal, people } = context;
    const conversation = await conversationOf(context, argument);
    context.open = conversation;
    terminal.print(`— ${plain(people.title(conversation))} —`);
    await showHistory(context, conversation, shownMessages);
    const draft = await draftIn(context, conversation);
    if (draft !== '') terminal.print(`✐ ${plain(draft)}  (/draft)`);
    const head = client.mark(conversation);
    if (head > 0) client.markRead(conversation, head);
  },
};

/** Of somebody there is no conversation with yet, a new one. */
export async function conversationOf(context: Context, argument: string): Promise<number> {
  if (argument === '') throw new BerthError('bad_request', 'Which one? /list shows them.');
  const found = await findConversation(context, argument);
  if (found) return found.conversation;
  const { client, people } = context;
  const user = await people.find(argument);
  const { conversation } = await client.request('directOpen', { user: user.id });
  return conversation.conversation;
}
