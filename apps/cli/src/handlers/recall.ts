import type { Command } from '../context.ts';
import { lastMessage } from '../last-message.ts';

export const recall: Command = {
  usage: '/recall',
  summary: 'take your last message here back, for everybody',
  async run(context) {
    const { client } = context;
    const { conversation, seq } = await lastMessage(context, ({ sender }) => sender === client.account?.id);
    await client.recall(conversation, seq);
  },
};
