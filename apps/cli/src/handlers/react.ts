import { BerthError, isOwnReaction } from '@berth/client';
import type { Command } from '../context.ts';
import { lastMessage } from '../last-message.ts';

export const react: Command = {
  usage: '/react EMOJI',
  summary: 'give the last message here an emoji, or take yours away',
  async run(context, emoji) {
    if (emoji === '') throw new BerthError('bad_request', 'Which one? /react EMOJI');
    const { client } = context;
    const { conversation, seq, reactions = [] } = await lastMessage(context, () => true);
    const given = reactions.find((one) => one.emoji === emoji);
    const isMine = given !== undefined && isOwnReaction(given, client.account?.id ?? 0);
    await client.react(conversation, seq, emoji, !isMine);
  },
};
