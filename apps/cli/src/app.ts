import { type BerthClient, createClient, everybody, type Message } from '@berth/client';
import { connectFiles } from '@berth/client/files';
import { changeLine } from './change-line.ts';
import { completions, runLine } from './commands.ts';
import type { ChatConfig } from './config.ts';
import type { Context } from './context.ts';
import { list } from './handlers/list.ts';
import { messageLine } from './message-line.ts';
import { People } from './people.ts';
import { signIn } from './sign-in.ts';
import { stateLine } from './state-line.ts';
import { plain, type Terminal } from './terminal.ts';

/** What has been written is given this long to be sent before the program ends. */
const lastSendsMs = 5_000;

/** Chats until the user quits or the lines end. Throws BerthError when it cannot log in. */
export async function runChat(config: ChatConfig, terminal: Terminal): Promise<void> {
  const client = createClient({
    gateUrl: config.gateUrl,
    deviceClass: config.deviceClass,
    deviceName: 'berth chat',
    platform: process.platform,
    files: true,
  });
  try {
    if (!(await signIn(client, terminal, config))) return;
    const context: Context = {
      client,
      terminal,
      people: new People(client),
      language: config.language,
      open: undefined,
      listed: [],
      quiet: false,
      files: connectFiles({ client, gateUrl: config.gateUrl }),
      drafts: new Map(),
      shown: new Map(),
    };
    terminal.complete = (line) => completions(context, line);
    const over = watch(context);
    const resumed = new Promise<void>((resolve) => client.on('resumed', () => resolve()));
    client.connect();
    await Promise.race([resumed, over]);
    await list.run(context, '');
    if (terminal.isInteractive) terminal.print('/help tells what you can do');
    await Promise.race([chat(context), over]);
    await lastSends(client);
    await client.logOut();
  } finally {
    await client.close();
    terminal.close();
  }
}

async function chat(context: Context): Promise<void> {
  for await (const line of context.terminal.lines()) if (!(await runLine(context, line))) return;
}

/** Prints what happens; resolves when the session is over. */
function watch(context: Context): Promise<void> {
  const { client, terminal, people } = context;
  // In the order in which they came, though some wait for a name.
  let printed: Promise<unknown> = Promise.resolve();
  const isShown = (conversation: number) =>
    conversation === context.open || !(context.quiet || people.isSilenced(conversation));
  // Who is meant is told also where they hear nothing else.
  const isMeant = ({ mentions = [] }: Message) =>
    mentions.some(({ user }) => user === client.account?.id || user === everybody);
  const show = async (message: Message) => {
    if (!isShown(message.conversation) && (context.quiet || !isMeant(message))) return;
    await people.meet(message.conversation);
    const line = await messageLine(context, message);
    if (line !== undefined) terminal.print(line);
  };
  client.on('entry', ({ entry }) => {
    printed = printed.then(() => show(entry));
  });
  client.on('change', ({ change }) => {
    printed = printed.then(async () => {
      if (!isShown(change.conversation)) return;
      const line = await changeLine(context, change);
      if (line !== undefined) terminal.print(line);
    });
  });
  client.on('message', ({ message }) => {
    printed = printed.then(() => show(message));
    if (message.conversation === context.open && message.sender !== client.account?.id)
      client.markRead(message.conversation, message.seq);
  });
  client.on('friendEvent', (event) => {
    if (event.event === 'requested' && event.request.direction === 'incoming') {
      const { name, note } = event.request;
      const words = note === '' ? '' : `: ${plain(note)}`;
      terminal.print(`* ${plain(name)} asks to be your friend${words}  (/accept ${plain(name)})`);
    } else if (event.event === 'accepted') {
      terminal.print(`* ${plain(event.friend.name)} is your friend now  (/open ${plain(event.friend.name)})`);
    }
  });
  client.on('drafted', ({ conversation, text }) => {
    if (text === '') context.drafts.delete(conversation);
    else context.drafts.set(conversation, text);
    if (text === '' || !isShown(conversation)) return;
    printed = printed.then(async () => {
      await people.meet(conversation);
      terminal.print(`✐ ${plain(people.title(conversation))}: ${plain(text)}  (/draft)`);
    });
  });
  client.on('conversationEvent', (event) => {
    if (event.event !== 'created' && event.event !== 'joined') return;
    if (!event.users.includes(client.account?.id ?? 0)) return;
    // Its title comes with the next `conversations` event.
    const stop = client.on('conversations', ({ conversations }) => {
      if (!conversations.some(({ conversation }) => conversation === event.conversation)) return;
      stop();
      terminal.print(`* you are in the group ${plain(people.title(event.conversation))}`);
    });
  });
  return new Promise((resolve) => {
    client.on('state', (state) => {
      if (state.kind === 'connecting' || state.kind === 'idle') return;
      terminal.print(stateLine(state));
      if (state.kind === 'kicked' || state.kind === 'ended') resolve();
    });
  });
}

async function lastSends(client: BerthClient): Promise<void> {
  const waiting = client.outgoing().filter(({ state }) => state === 'waiting');
  const sent = Promise.allSettled(waiting.map((message) => message.whenSent()));
  await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, lastSendsMs).unref())]);
}
