import type { Command } from '../context.ts';
import { chosenConversation } from '../find-conversation.ts';
import { plain } from '../terminal.ts';

export const leave: Command = {
  usage: '/leave [NAME]',
  summary: 'leave a group: the open one, or that of a name',
  async run(context, argument) {
    const { client, people, terminal } = context;
    const conversation = await chosenConversation(context, argument);
    await client.request('groupLeave', { conversation });
    if (context.open === conversation) context.open = undefined;
    terminal.print(`* you have left ${plain(people.title(conversation))}`);
  },
};
