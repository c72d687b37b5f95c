import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { lastMessage } from '../last-message.ts';

export const vote: Command = {
  usage: '/vote [NUMBER …]',
  summary: 'choose in the last poll here; without a number take it back',
  async run(context, argument) {
    const numbers = argument
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    if (!numbers.every((number) => Number.isInteger(number) && number > 0))
      throw new BerthError('bad_request', 'By the numbers of the options: /vote 1');
    const { conversation, seq } = await lastMessage(context, (message) => message.poll !== undefined);
    await context.client.vote(
      conversation,
      seq,
      numbers.map((number) => number - 1),
    );
  },
};
