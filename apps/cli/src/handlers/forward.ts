import type { Command } from '../context.ts';
import { lastMessage } from '../last-message.ts';
import { conversationOf } from './open.ts';

export const forward: Command = {
  usage: '/forward NUMBER|NAME',
  summary: 'pass the last message here on to another conversation',
  async run(context, argument) {
    const to = await conversationOf(context, argument);
    const message = await lastMessage(context, () => true);
    await context.client.forward(message, to).whenSent();
  },
};
