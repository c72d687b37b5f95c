import type { Command } from '../context.ts';
import { lastMessage } from '../last-message.ts';

export const pin: Command = {
  usage: '/pin [WORDS]',
  summary: 'pin the last message here (with these words), or unpin it',
  async run(context, words) {
    const { conversation, seq, pinned } = await lastMessage(context, ({ text }) => text.includes(words));
    await context.client.pin(conversation, seq, pinned === undefined);
  },
};
