import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';

export const later: Command = {
  usage: '/later MINUTES TEXT',
  summary: 'have a text sent later, whether you are here or not',
  async run({ client, open, terminal }, argument) {
    if (open === undefined) throw new BerthError('bad_request', '/open a conversation first.');
    const [, minutes, text = ''] = /^(\d{1,6})\s+(.+)$/s.exec(argument) ?? [];
    if (minutes === undefined) throw new BerthError('bad_request', 'When, and what? /later MINUTES TEXT');
    const { at } = await client.schedule(open, text, client.now() + Number(minutes) * 60_000);
    terminal.print(`* it is sent at ${new Date(at).toTimeString().slice(0, 5)}  (/scheduled)`);
  },
};
