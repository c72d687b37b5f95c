import { BerthError } from '@berth/client';
import type { Command, Context } from '../context.ts';
import { messageLine } from '../message-line.ts';

const defaultCount = 30;

export const history: Command = {
  usage: '/history [COUNT]',
  summary: 'the last messages of the open conversation',
  async run(context, argument) {
    if (context.open === undefined) throw new BerthError('bad_request', '/open a conversation first.');
    const count = argument === '' ? defaultCount : Number(argument);
    if (!Number.isInteger(count) || count < 1 || count > 200)
      throw new BerthError('bad_request', '/history takes a number from 1 to 200.');
    await showHistory(context, context.open, count);
  },
};

export async function showHistory(context: Context, conversation: number, count: number): Promise<void> {
  for (const message of await context.client.history(conversation, { pageSize: count }).next()) {
    const line = await messageLine(context, message);
    if (line !== undefined) context.terminal.print(line);
  }
}
