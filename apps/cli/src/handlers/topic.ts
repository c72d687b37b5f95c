import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';

export const topic: Command = {
  usage: '/topic TEXT',
  summary: 'say what the open group is about (without a text: nothing any more)',
  async run({ client, open }, argument) {
    if (open === undefined)
      throw new BerthError('bad_request', '/open a conversation first; /list shows them.');
    await client.request('groupSettings', { conversation: open, topic: argument });
  },
};
