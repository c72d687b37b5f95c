import { BerthError } from '@berth/client';
import type { Command } from '../context.ts';
import { lastMessage, lastMessageOf } from '../last-message.ts';
import { mentionsIn } from '../mentions.ts';
import { plain } from '../terminal.ts';

export const reply: Command = {
  usage: '/reply [NAME:] TEXT',
  summary: 'answer the last message of the others here, or of one of them',
  async run(context, argument) {
    const { client, terminal } = context;
    const [, name, rest] = /^(\S+):\s+(.+)$/.exec(argument) ?? [];
    const named = name === undefined ? undefined : await lastMessageOf(context, name);
    const text = named ? rest! : argument;
    if (text === '') throw new BerthError('bad_request', 'What? /reply TEXT');
    const { conversation, seq } =
      named ?? (await lastMessage(context, ({ sender }) => sender !== client.account?.id));
    client
      .send(conversation, text, { replyTo: seq, mentions: await mentionsIn(context, conversation, text) })
      .whenSent()
      .catch((error: Error) => terminal.print(`! not sent: ${plain(text)}: ${plain(error.message)}`));
  },
};
