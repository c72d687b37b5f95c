import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { plain } from '../terminal.ts';

export const accept: Command = {
  usage: '/accept NAME',
  summary: 'say yes to someone who asks to be your friend',
  async run({ client, terminal, people }, argument) {
    if (argument === '') throw new BerthError('bad_request', 'Whom? /friends shows who asks.');
    const user = await people.find(argument);
    const { friend } = await client.request('friendAccept', { user: user.id });
    people.remember(friend);
    terminal.print(`${plain(friend.name)} is your friend now; /open ${plain(friend.name)}`);
  },
};
