import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { lastMessage, lastMessageOf } from '../last-message.ts';
import { plain } from '../terminal.ts';

export const bookmark: Command = {
  usage: '/bookmark [NAME]',
  summary: 'mark the last message here, or of somebody, for yourself, or no more',
  async run(context, name) {
    const { client, terminal } = context;
    const message = name === '' ? await lastMessage(context, () => true) : await lastMessageOf(context, name);
    if (!message) throw new BerthError('not_found', `${plain(name)} has said nothing here.`);
    const { conversation, seq: target } = message;
    const on = !(await isMarked());
    await client.request('bookmark', { conversation, target, on });
    terminal.print(on ? '* marked  (/bookmarks)' : '* no longer marked');

    async function isMarked(): Promise<boolean> {
      for (let cursor: string | undefined; ; ) {
        const page = await client.request('bookmarks', {
          conversation,
          ...(cursor && { cursor }),
          limit: 100,
        });
        if (page.messages.some(({ seq }) => seq === target)) return true;
        if (page.cursor === undefined) return false;
        cursor = page.cursor;
      }
    }
  },
};
