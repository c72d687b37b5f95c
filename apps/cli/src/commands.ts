import { BerthError } from '@berth/client';
import type { Command, Context } from './context.ts';
import { keepDraft } from './drafts.ts';
import { accept } from './handlers/accept.ts';
import { add } from './handlers/add.ts';
import { bookmark } from './handlers/bookmark.ts';
import { bookmarks } from './handlers/bookmarks.ts';
import { draft } from './handlers/draft.ts';
import { drafts } from './handlers/drafts.ts';
import { edit } from './handlers/edit.ts';
import { forward } from './handlers/forward.ts';
import { friends } from './handlers/friends.ts';
import { group } from './handlers/group.ts';
import { history } from './handlers/history.ts';
import { join } from './handlers/join.ts';
import { later } from './handlers/later.ts';
import { leave } from './handlers/leave.ts';
import { list } from './handlers/list.ts';
import { mute } from './handlers/mute.ts';
import { node } from './handlers/node.ts';
import { open } from './handlers/open.ts';
import { pin } from './handlers/pin.ts';
import { pins } from './handlers/pins.ts';
import { poll } from './handlers/poll.ts';
import { quiet } from './handlers/quiet.ts';
import { react } from './handlers/react.ts';
import { recall } from './handlers/recall.ts';
import { reply } from './handlers/reply.ts';
import { save } from './handlers/save.ts';
import { scheduled } from './handlers/scheduled.ts';
import { send } from './handlers/send.ts';
import { thread } from './handlers/thread.ts';
import { topic } from './handlers/topic.ts';
import { vote } from './handlers/vote.ts';
import { mentionsIn } from './mentions.ts';
import { plain } from './terminal.ts';

const commands: Record<string, Command> = {
  ...{ list, open, history, reply, thread, edit, recall, react, pin, pins, forward },
  ...{ bookmark, bookmarks, draft, drafts },
  ...{ poll, vote, later, scheduled, mute, quiet, leave },
  ...{ send, save, friends, add, accept, group, join, topic, node },
};

/** Does what a line asks for: a command, or a text for the open conversation. False: the user wants to quit. */
export async function runLine(context: Context, line: string): Promise<boolean> {
  const { terminal } = context;
  const [, name, argument = ''] = /^\/(\w+)\s*(.*)$/.exec(line.trim()) ?? [];
  try {
    if (name === 'quit') return false;
    if (name === 'help') for (const help of helpLines()) terminal.print(help);
    else if (name !== undefined) await commandOf(name).run(context, argument.trim());
    else if (line.trim() !== '') await sendText(context, line.replace(/^\/\//, '/'));
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    terminal.print(`! ${plain(error.message)}`);
  }
  return true;
}

/** Those that take the name of a conversation. */
const named = ['open', 'leave', 'mute'];

/** The lines that a line may be the beginning of, when Tab is pressed. */
export function completions({ people }: Pick<Context, 'people'>, line: string): string[] {
  const [, name, argument] = /^\/(\w*)(?:\s+(.*))?$/.exec(line) ?? [];
  if (name === undefined) return [];
  if (argument === undefined)
    return [...Object.keys(commands), 'help', 'quit']
      .filter((command) => command.startsWith(name))
      .map((command) => `/${command} `);
  if (!named.includes(name)) return [];
  return people.titles
    .filter((title) => title.toLowerCase().startsWith(argument.toLowerCase()))
    .map((title) => `/${name} ${plain(title)}`);
}

function commandOf(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new BerthError('bad_request', `There is no /${name}; /help tells what there is.`);
  return command;
}

async function sendText(context: Context, text: string): Promise<void> {
  const { client, open, terminal } = context;
  if (open === undefined)
    throw new BerthError('bad_request', '/open a conversation first; /list shows them.');
  const mentions = await mentionsIn(context, open, text);
  // What was kept for later is said now.
  if (context.drafts.get(open) === text) keepDraft(context, open, '').catch(() => {});
  client
    .send(open, text, { mentions })
    .whenSent()
    .catch((error: Error) => terminal.print(`! not sent: ${plain(text)}: ${plain(error.message)}`));
}

function helpLines(): string[] {
  const all = [
    ...Object.values(commands),
    { usage: '/quit', summary: 'log out and leave' },
    {
      usage: 'TEXT',
      summary: 'a message to the open conversation; @name means a member, @all everybody (for a first /: //)',
    },
  ];
  return all.map(({ usage, summary }) => `  ${usage.padEnd(27)} ${summary}`);
}
