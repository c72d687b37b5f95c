import type { Command } from '../context.ts';
import { chosenConversation } from '../find-conversation.ts';
import { plain } from '../terminal.ts';

export const mute: Command = {
  usage: '/mute [NAME]',
  summary: 'show nothing more of a conversation that is not open, on any device; again: all of it',
  async run(context, argument) {
    const { client, people, terminal } = context;
    const conversation = await chosenConversation(context, argument);
    await people.meet(conversation);
    const silenced = !people.isSilenced(conversation);
    await client.request('preferences', { conversation, silenced });
    people.silence(conversation, silenced);
    const name = plain(people.title(conversation));
    terminal.print(silenced ? `* ${name} is muted` : `* ${name} is no longer muted`);
  },
};
