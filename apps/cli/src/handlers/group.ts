import { randomBytes } from 'node:crypto';
import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { plain } from '../terminal.ts';

export const group: Command = {
  usage: '/group TITLE NAME...',
  summary: 'make a group with friends and open it (a title of several words: "in quotes")',
  async run(context, argument) {
    const { client, terminal, people } = context;
    const [, quoted, word, rest = ''] = /^(?:"([^"]+)"|(\S+))\s*(.*)$/.exec(argument) ?? [];
    const title = quoted ?? word;
    if (!title) throw new BerthError('bad_request', 'Which title? /group TITLE NAME...');
    const names = rest.split(/\s+/).filter((name) => name !== '');
    const members = await Promise.all(names.map(async (name) => (await people.find(name)).id));
    const { conversation } = await client.request('groupCreate', {
      cid: randomBytes(12).toString('hex'),
      title,
      members,
    });
    context.open = conversation.conversation;
    terminal.print(`— ${plain(title)} — ${conversation.memberCount} members`);
  },
};
