import { setTimeout as elapse } from 'node:timers/promises';
import { Platform } from '@berth/test/platform';
import { CpuMeter } from '../../machine/process-cpu.ts';
import { seedDirects, seedUsers } from '../berth-targets.ts';
import { unlimited } from '../unlimited.ts';
import { AskingLink } from './asking-link.ts';
import type { Figure, Measure, Reading } from './figures.ts';
import { type LightMember, lightTargets } from './light-targets.ts';
import { processesOf } from './platform-processes.ts';

const pairs = 40;
/** Of all pairs together, a second: what is done alone, as people do it, and not in a batch with others. */
const alonePerSecond = 200;
/** Of each pair; each act changes a message of its own. */
const inFlight = 16;
const warmSeconds = 2;
const seconds = 6;
const text = 'x'.repeat(64);
const emojis = ['👍', '❤️', '😂', '🎉'];

const acts = ['send', 'react', 'edit'] as const;
type Act = (typeof acts)[number];
const loads = ['alone', 'crowded'] as const;
type Load = (typeof loads)[number];

const nameOf = (load: Load): string =>
  load === 'alone'
    ? `${alonePerSecond} a second, each by itself`
    : `${pairs} pairs, ${inFlight} in flight each`;

const figures: Figure[] = loads.flatMap((load): Figure[] => [
  ...(['react', 'edit'] as const).map(
    (act): Figure => ({
      target: 'acts',
      name: `${act === 'react' ? 'a reaction' : 'an edit'} ÷ a plain send, server CPU; ${nameOf(load)}`,
      unit: '×',
      bound: { value: 1.5, better: 'less' },
      read: (round) => round[`${load} ${act}`]! / round[`${load} send`]!,
    }),
  ),
  ...acts.map(
    (act): Figure => ({
      ...{ target: '', name: `… of it ${act}`, unit: 'µs' },
      read: (round) => round[`${load} ${act}`]!,
    }),
  ),
]);

/** What people do with messages beside what sending one costs: on one platform, in the same pairs, one after the other. */
export const actsOnMessages: Measure = {
  name: 'acts',
  about: `sends, reactions and edits of ${pairs} pairs`,
  figures: [
    ...figures,
    {
      ...{ target: '', name: 'all processes without anybody’s acts', unit: 'cores' },
      read: ({ idle }) => idle!,
    },
  ],
  async measure(say, _signal, number) {
    const platform = await Platform.start({ nodes: 1, environment: unlimited });
    const crews: Crew[] = [];
    try {
      await openCrews(platform, crews);
      const meter = () => new CpuMeter(processesOf(platform));
      await elapse(warmSeconds * 1_000);
      const idleMeter = meter();
      await elapse(seconds * 1_000);
      const idle = idleMeter.stop();
      const reading: Reading = { idle: sumOf(idle) };
      for (const load of loads)
        for (const act of number % 2 === 1 ? acts : acts.toReversed()) {
          const { busy, perSecond } = await doAll(crews, act, load, meter);
          // What the services do anyhow is nobody's act.
          const usOf = (group: string) => ((busy[group]! - idle[group]!) * 1e6) / perSecond;
          reading[`${load} ${act}`] = Object.keys(busy).reduce((sum, group) => sum + usOf(group), 0);
          const parts = ['chat', 'MySQL'].map((group) => `${Math.round(usOf(group))} µs of ${group}`);
          say(`${act}, ${load}: ${Math.round(perSecond)}/s, ${parts.join(', ')}`);
        }
      return reading;
    } finally {
      for (const { one, other } of crews) for (const link of [one, other]) link.close();
      await platform.close();
    }
  },
};

const sumOf = (cores: Record<string, number>): number =>
  Object.values(cores).reduce((sum, some) => sum + some, 0);

/** Two who are both here: what one does the other is told. */
interface Crew {
  conversation: number;
  one: AskingLink;
  other: AskingLink;
  /** Seqs of messages of `one`, one for each act in flight. */
  targets: number[];
  done: number;
}

async function openCrews(platform: Platform, crews: Crew[]): Promise<void> {
  const users = await seedUsers(platform, 2 * pairs);
  const conversations = await seedDirects(platform, users);
  const members = users.map(
    (user, index): LightMember => ({ user, conversation: conversations[index >> 1]! }),
  );
  const links: AskingLink[] = [];
  for await (const targets of lightTargets(platform, members))
    links.push(...(await Promise.all(targets.map((target) => AskingLink.open(target)))));
  for (const [index, conversation] of conversations.entries()) {
    const crew: Crew = {
      ...{ conversation, one: links[2 * index]!, other: links[2 * index + 1]! },
      ...{ targets: [], done: 0 },
    };
    crews.push(crew);
    for (let sent = 0; sent < inFlight; sent++) crew.targets.push(await send(crew));
  }
}

async function send(crew: Crew): Promise<number> {
  const { one, conversation } = crew;
  const answer = await one.ask('send', { conversation, cid: cidOf(crew), text });
  return (JSON.parse(answer.toString()) as { seq: number }).seq;
}

const cidOf = (crew: Crew): string => `a${(crew.done++).toString(36)}`;

/** Each really changes something: an emoji is added, and the next time round taken away. */
async function doOne(crew: Crew, act: Act, place: number, round: number): Promise<void> {
  const { one, other, conversation } = crew;
  const change = { conversation, cid: cidOf(crew), target: crew.targets[place]! };
  if (act === 'send') await one.ask('send', { conversation, cid: change.cid, text });
  else if (act === 'edit') await one.ask('edit', { ...change, text: `${text}${round % 10}` });
  else {
    const emoji = emojis[Math.floor(round / 2) % emojis.length]!;
    await other.ask('react', { ...change, emoji, on: round % 2 === 0 });
  }
}

async function doAll(
  crews: Crew[],
  act: Act,
  load: Load,
  meter: () => CpuMeter,
): Promise<{ busy: Record<string, number>; perSecond: number }> {
  const begins = performance.now();
  const ends = begins + (warmSeconds + seconds) * 1_000;
  let done = 0;
  const next = async (crew: Crew, place: number, round: number) => {
    await doOne(crew, act, place, round);
    done++;
  };
  const closed = async (crew: Crew, place: number) => {
    for (let round = 0; performance.now() < ends; round++) await next(crew, place, round);
  };
  const paced = async () => {
    const doing: Promise<void>[] = [];
    for (let number = 0; ; number++) {
      const dueMs = begins + (number * 1_000) / alonePerSecond;
      if (dueMs >= ends) break;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await elapse(waitMs);
      const turn = Math.floor(number / crews.length);
      doing.push(next(crews[number % crews.length]!, turn % inFlight, Math.floor(turn / inFlight)));
    }
    await Promise.all(doing);
  };
  const work =
    load === 'alone'
      ? paced()
      : Promise.all(
          crews.flatMap((crew) => Array.from({ length: inFlight }, (_, place) => closed(crew, place))),
        ).then(() => {});
  // A refusal is told by whoever waits below, and not before.
  work.catch(() => {});
  await elapse(warmSeconds * 1_000);
  const [running, doneBefore, measuredFrom] = [meter(), done, performance.now()];
  await elapse(ends - performance.now());
  const busy = running.stop();
  const perSecond = ((done - doneBefore) * 1_000) / (performance.now() - measuredFrom);
  await work;
  return { busy, perSecond };
}
