import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { lastMessage } from '../last-message.ts';
import { mentionsIn } from '../mentions.ts';

export const edit: Command = {
  usage: '/edit TEXT',
  summary: 'say something else in your last message here',
  async run(context, text) {
    if (text === '') throw new BerthError('bad_request', 'What? /edit TEXT');
    const { client } = context;
    const { conversation, seq } = await lastMessage(context, ({ sender }) => sender === client.account?.id);
    const mentions = await mentionsIn(context, conversation, text);
    await client.edit(conversation, seq, text, { mentions });
  },
};
