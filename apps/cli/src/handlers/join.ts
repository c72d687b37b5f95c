import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { plain } from '../terminal.ts';

export const join: Command = {
  usage: '/join LINK',
  summary: 'join the group of a link and open it',
  async run(context, argument) {
    const [link] = /[\w-]{27}$/.exec(argument) ?? [];
    if (!link) throw new BerthError('bad_request', 'Which link? /join LINK');
    const { conversation } = await context.client.request('groupJoin', { link });
    context.open = conversation.conversation;
    context.terminal.print(`— ${plain(conversation.title)} — ${conversation.memberCount} members`);
  },
};
