import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { plain } from '../terminal.ts';

export const scheduled: Command = {
  usage: '/scheduled [cancel NUMBER]',
  summary: 'what you have sent later',
  async run({ client, people, terminal }, argument) {
    const all = (await client.request('scheduledMessages', {})).scheduled;
    const [, number] = /^cancel\s+(\d+)$/.exec(argument) ?? [];
    if (number !== undefined) {
      const chosen = all[Number(number) - 1];
      if (chosen === undefined) throw new BerthError('not_found', 'There is no such message.');
      await client.request('scheduleCancel', { conversation: chosen.conversation, cid: chosen.cid });
      return;
    }
    if (all.length === 0) terminal.print('nothing is to be sent later');
    for (const [index, { conversation, text, at, failed }] of all.entries()) {
      await people.meet(conversation);
      const when =
        failed === undefined ? new Date(at).toISOString().slice(0, 16).replace('T', ' ') : `! ${failed}`;
      terminal.print(
        `${String(index + 1).padStart(3)}  ${when}  ${plain(people.title(conversation))}: ${plain(text)}`,
      );
    }
  },
};
