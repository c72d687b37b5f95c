import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { plain } from '../terminal.ts';

export const add: Command = {
  usage: '/add NAME [NOTE]',
  summary: 'ask someone to be your friend',
  async run({ client, terminal, people }, argument) {
    const [name = '', ...note] = argument.split(/\s+/);
    if (name === '') throw new BerthError('bad_request', 'Whom? /add NAME');
    const user = await people.find(name);
    const { state } = await client.request('friendRequest', { user: user.id, note: note.join(' ') });
    terminal.print(
      state === 'accepted' ? `${plain(user.name)} is your friend now` : `${plain(user.name)} was asked`,
    );
  },
};
