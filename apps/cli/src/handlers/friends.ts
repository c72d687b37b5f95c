import type { Command } from '../context.ts';
import { plain } from '../terminal.ts';

export const friends: Command = {
  usage: '/friends',
  summary: 'your friends, and who asks to be one',
  async run({ client, terminal, people }) {
    const [{ friends }, { requests }] = await Promise.all([
      client.request('friends', { limit: 200 }),
      client.request('friendRequests', { limit: 200 }),
    ]);
    for (const friend of friends) {
      people.remember(friend);
      const alias = friend.alias === '' ? '' : ` (${plain(friend.alias)})`;
      terminal.print(`  ${friend.online ? '●' : '○'} ${plain(friend.name)}${alias}`);
    }
    for (const { name, note, direction, state } of requests) {
      if (state !== 'pending') continue;
      const what =
        direction === 'incoming' ? `asks you${note === '' ? '' : `: ${plain(note)}`}` : 'was asked';
      terminal.print(
        `  ? ${plain(name)} ${what}${direction === 'incoming' ? `  /accept ${plain(name)}` : ''}`,
      );
    }
    if (friends.length + requests.length === 0) terminal.print('no friends yet; /add NAME asks someone');
  },
};
