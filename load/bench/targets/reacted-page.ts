import { setTimeout as elapse } from 'node:timers/promises';
import { Platform } from '@berth/test/platform';
import { CpuMeter } from '../../machine/process-cpu.ts';
import { seedConversation, seedUsers } from '../berth-targets.ts';
import { unlimited } from '../unlimited.ts';
import { AskingLink } from './asking-link.ts';
import type { Measure } from './figures.ts';
import { type LightMember, lightTargets } from './light-targets.ts';
import { processesOf } from './platform-processes.ts';

const messages = 50;
/** Of each message: by so many, more of the first than are told by name. 500 of a page. */
const reactions = { '👍': 7, '❤️': 2, '🎉': 1 };
const reacting = Object.values(reactions).reduce((sum, count) => sum + count, 0);
/** Who read at a time, each in a group of their own. */
const readers = 4;
const warmSeconds = 2;
const seconds = 5;
const text = 'x'.repeat(64);

type Kind = 'plain' | 'reacted';

/** The newest page, as whoever opens a conversation reads it, with reactions to its messages and without. */
export const reactedPage: Measure = {
  name: 'page',
  about: `pages of ${messages} messages, plain and with ${messages * reacting} reactions`,
  figures: [
    {
      target: 'acts',
      name: `${messages} messages with ${messages * reacting} reactions ÷ plain ones, pages read a second`,
      unit: '×',
      bound: { value: 0.7, better: 'more' },
      read: (round) => round.reacted! / round.plain!,
    },
    {
      target: 'acts',
      name: '… pages a second of server CPU',
      unit: '×',
      bound: { value: 0.7, better: 'more' },
      read: (round) => round.plainUs! / round.reactedUs!,
    },
    { ...{ target: '', name: '… plain', unit: 'pages a second' }, read: ({ plain }) => plain! },
    { ...{ target: '', name: '… with reactions', unit: 'pages a second' }, read: ({ reacted }) => reacted! },
    { ...{ target: '', name: '… plain, server CPU', unit: 'µs' }, read: ({ plainUs }) => plainUs! },
    { ...{ target: '', name: '… with reactions', unit: 'µs' }, read: ({ reactedUs }) => reactedUs! },
    { ...{ target: '', name: '… plain, a page', unit: 'KB' }, read: ({ plainKb }) => plainKb! },
    { ...{ target: '', name: '… with reactions', unit: 'KB' }, read: ({ reactedKb }) => reactedKb! },
  ],
  async measure(say, _signal, number) {
    const platform = await Platform.start({ nodes: 1, environment: unlimited });
    const groups: Group[] = [];
    try {
      for (const kind of ['plain', 'reacted'] as const)
        for (let reader = 0; reader < readers; reader++) groups.push(await makeGroup(platform, kind));
      const kinds: Kind[] = number % 2 === 1 ? ['plain', 'reacted'] : ['reacted', 'plain'];
      const reading: Record<string, number> = {};
      for (const kind of kinds) {
        const { perSecond, cpuUs, kb } = await readPages(
          platform,
          groups.filter((group) => group.kind === kind),
        );
        Object.assign(reading, { [kind]: perSecond, [`${kind}Us`]: cpuUs, [`${kind}Kb`]: kb });
        say(`${kind}: ${Math.round(perSecond)} pages a second`);
      }
      return reading;
    } finally {
      for (const { reader } of groups) reader.close();
      await platform.close();
    }
  },
};

interface Group {
  kind: Kind;
  conversation: number;
  reader: AskingLink;
}

/** Reactions are given as people give them: they are entries of the log, behind the page. */
async function makeGroup(platform: Platform, kind: Kind): Promise<Group> {
  const users = await seedUsers(platform, reacting + 1);
  const conversation = await seedConversation(platform, 'group', users);
  const links: AskingLink[] = [];
  const members = users.map((user): LightMember => ({ user, conversation }));
  for await (const targets of lightTargets(platform, members))
    links.push(...(await Promise.all(targets.map((target) => AskingLink.open(target)))));
  const [reader, ...others] = links as [AskingLink, ...AskingLink[]];
  for (let sent = 0; sent < messages; sent++)
    await reader.ask('send', { conversation, cid: `m${sent}`, text });
  const given = Object.entries(reactions).flatMap(([emoji, count]) => Array<string>(count).fill(emoji));
  if (kind === 'reacted')
    for (const [index, other] of others.entries())
      for (let target = 1; target <= messages; target++)
        await other.ask('react', { conversation, cid: `r${target}`, target, emoji: given[index]!, on: true });
  for (const other of others) other.close();
  return { kind, conversation, reader };
}

interface Page {
  messages: { kind?: string; reactions?: { count: number }[] }[];
}

async function readPages(platform: Platform, groups: Group[]) {
  const ask = ({ reader, conversation }: Group) =>
    reader.ask('sync', { conversation, before: messages + 1, limit: messages });
  const bytes = await Promise.all(
    groups.map(async (group) => {
      const answer = await ask(group);
      const { messages: page } = JSON.parse(answer.toString()) as Page;
      const given = page.flatMap((message) => message.reactions ?? []);
      const count = given.reduce((sum, one) => sum + one.count, 0);
      if (page.length !== messages || count !== (group.kind === 'reacted' ? messages * reacting : 0))
        throw new Error(`a page of ${page.length} messages with ${count} reactions`);
      return answer.length;
    }),
  );
  let read = 0;
  const ends = performance.now() + (warmSeconds + seconds) * 1_000;
  const loops = Promise.all(
    groups.map(async (group) => {
      for (; performance.now() < ends; read++) await ask(group);
    }),
  );
  // A refusal is told by whoever waits below, and not before.
  loops.catch(() => {});
  await elapse(warmSeconds * 1_000);
  const meter = new CpuMeter(processesOf(platform));
  const [readBefore, measuredFrom] = [read, performance.now()];
  await elapse(ends - performance.now());
  const cores = Object.values(meter.stop()).reduce((sum, some) => sum + some, 0);
  const perSecond = ((read - readBefore) * 1_000) / (performance.now() - measuredFrom);
  await loops;
  return { perSecond, cpuUs: (cores * 1e6) / perSecond, kb: Math.max(...bytes) / 1_000 };
}
