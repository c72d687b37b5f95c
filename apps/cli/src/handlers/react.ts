import { BerthError, isOwnReaction } from '@berth/client';
import type { Command } from '../context.ts';
import { lastMessage, lastMessageOf } from '../last-message.ts';
import { plain } from '../terminal.ts';

export const react: Command = {
  usage: '/react EMOJI [NAME]',
  summary: 'give the last message here, or of somebody, an emoji, or take yours away',
  async run(context, argument) {
    const [emoji = '', name] = argument.split(/\s+/);
    if (emoji === '') throw new BerthError('bad_request', 'Which one? /react EMOJI');
    const { client } = context;
    const message = name ? await lastMessageOf(context, name) : await lastMessage(context, () => true);
    if (!message) throw new BerthError('not_found', `${plain(name!)} has said nothing here.`);
    const { conversation, seq, reactions = [] } = message;
    const given = reactions.find((one) => one.emoji === emoji);
    const isMine = given !== undefined && isOwnReaction(given, client.account?.id ?? 0);
    await client.react(conversation, seq, emoji, !isMine);
  },
};
