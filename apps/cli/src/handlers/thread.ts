import { BerthError, type Message } from '@berth/client';
import type { Command, Context } from '../context.ts';
import { lastMessage, lastMessageOf } from '../last-message.ts';
import { mentionsIn } from '../mentions.ts';
import { messageLine } from '../message-line.ts';
import { plain } from '../terminal.ts';

export const thread: Command = {
  usage: '/thread [NAME:] [TEXT]',
  summary: 'answer below the last message here, or of somebody; without a text show what stands there',
  async run(context, argument) {
    const [, name, rest = ''] = /^(\S+):(?:\s+(.+))?$/.exec(argument) ?? [];
    const named = name === undefined ? undefined : await lastMessageOf(context, name);
    const text = named ? rest : argument;
    if (text === '') await show(context, named ?? (await lastMessage(context, hasThread)));
    else await say(context, named ?? (await lastMessage(context, () => true)), text);
  },
};

/** It is one of a thread, or has one below it. */
const hasThread = ({ thread: root, replies }: Message): boolean =>
  root !== undefined || replies !== undefined;

async function say(context: Context, { conversation, seq, thread: root = seq }: Message, text: string) {
  const { client, terminal } = context;
  const mentions = await mentionsIn(context, conversation, text);
  client
    .send(conversation, text, { thread: root, mentions })
    .whenSent()
    .catch((error: Error) => terminal.print(`! not sent: ${plain(text)}: ${plain(error.message)}`));
}

async function show(context: Context, { conversation, seq, thread: root = seq }: Message): Promise<void> {
  const { client, terminal } = context;
  const found = await client.request('thread', { conversation, root });
  const last = found.messages.at(-1);
  if (!last) throw new BerthError('not_found', 'Nothing stands below that message.');
  terminal.print((await messageLine(context, found.root)) ?? '');
  // All of them answer the same message, which stands above.
  for (const { replyTo: _, ...message } of found.messages)
    terminal.print(`  ${(await messageLine(context, message)) ?? ''}`);
  await client.request('threadMark', { conversation, root, read: last.seq });
}
