import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { messageLine } from '../message-line.ts';

export const pins: Command = {
  usage: '/pins',
  summary: 'what is pinned here, the last one first',
  async run(context) {
    const { client, open, terminal } = context;
    if (open === undefined) throw new BerthError('bad_request', '/open a conversation first.');
    const { messages } = await client.request('pins', { conversation: open });
    if (messages.length === 0) terminal.print('nothing is pinned here');
    for (const message of messages) {
      const line = await messageLine(context, message);
      if (line !== undefined) terminal.print(`  ${line}`);
    }
  },
};
