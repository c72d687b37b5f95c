import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';

export const poll: Command = {
  usage: '/poll QUESTION | A | B …',
  summary: 'ask something that the others answer with /vote',
  async run({ client, open }, argument) {
    if (open === undefined) throw new BerthError('bad_request', '/open a conversation first.');
    const [question = '', ...options] = argument.split('|').map((part) => part.trim());
    if (options.length < 2)
      throw new BerthError('bad_request', 'With two options at least: /poll QUESTION | A | B');
    await client.poll(open, { question, options }).whenSent();
  },
};
