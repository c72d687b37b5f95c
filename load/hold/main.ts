import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Platform } from '@berth/test/platform';
import { seedDirects, seedUsers } from '../bench/berth-targets.ts';
import { unlimited } from '../bench/unlimited.ts';
import { DriverFleet } from '../driver/fleet.ts';
import type { Person, Route } from '../driver/session.ts';
import type { Trust } from '../run/ask.ts';
import { InputError } from '../run/input-error.ts';
import { checkAccounts, checkTarget } from '../run/preflight.ts';
import { readAuthority, root } from '../run/run-load.ts';
import { findTarget } from '../run/target.ts';
import { enterPeople } from './deployed-people.ts';
import { hold, renderHeld, violationsOf } from './held.ts';
import { type HoldOptions, parseHoldOptions, usage } from './options.ts';

/** `npm run load:hold`: many sessions of driver processes, held, cut and checked, here or on a deployment. */
interface Place {
  route: Omit<Route, 'localAddresses'>;
  people: Person[];
  close(): Promise<void>;
}

const say = (line: string): void => console.log(`load:hold: ${line}`);

async function onDeployment(options: HoldOptions): Promise<Place> {
  const target = { ...(await findTarget(options.target!, root)), mailUrl: undefined, status: undefined };
  const trust: Trust = { ca: readAuthority(options.ca), insecure: options.insecure };
  await checkTarget(target, trust);
  const accounts = await checkAccounts(options.accounts, target, trust, options.sessions);
  const chosen = accounts!.slice(0, options.sessions);
  const people = await enterPeople(target.url, chosen, trust, options.tokens, say);
  return { route: { gateUrl: target.url, ...trust }, people, close: async () => {} };
}

async function onThisMachine({ nodes, sessions }: HoldOptions): Promise<Place> {
  say(`starting Berth with ${nodes} chat nodes`);
  const platform = await Platform.start({ nodes, environment: unlimited });
  try {
    const users = await seedUsers(platform, sessions);
    const conversations = await seedDirects(platform, users);
    const people = users.map(({ id, token }, index) => ({
      ...{ user: id, token, conversation: conversations[index >> 1]! },
    }));
    return { route: { gateUrl: platform.gateUrl }, people, close: () => platform.close() };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

/** The exit code. */
async function run(options: HoldOptions, signal: AbortSignal): Promise<number> {
  const place = await (options.target ? onDeployment(options) : onThisMachine(options));
  const fleet = await DriverFleet.start(place.route, options.drivers);
  try {
    say(`${options.sessions} sessions log in, held by ${options.drivers} processes`);
    const startedAt = performance.now();
    // In parts: an interruption ends between two of them.
    const part = 4_000;
    for (let first = 0; first < place.people.length && !signal.aborted; first += part) {
      await fleet.add(place.people.slice(first, first + part));
      say(`${fleet.count} are logged in after ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
    }
    const loggedInSeconds = (performance.now() - startedAt) / 1_000;
    const held = await hold(fleet, options, say, signal);
    const violations = await violationsOf(fleet, place.people);
    const { lines, isWhole } = renderHeld(held, { sessions: fleet.count }, loggedInSeconds, violations);
    for (const line of lines) say(line);
    if (signal.aborted) say('interrupted: this is of the part that ran');
    return signal.aborted ? 130 : isWhole ? 0 : 1;
  } finally {
    await fleet.stop();
    await place.close();
  }
}

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    if (!interruption.signal.aborted) say('ending with what there is; that takes a moment');
    interruption.abort();
  });

try {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const limit = Number(/Max open files\s+\d+\s+(\d+)/.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  const options = parseHoldOptions(process.argv.slice(2), limit);
  if (options === 'help') console.log(usage);
  else process.exitCode = await run(options, interruption.signal);
} catch (error) {
  console.error(`load:hold: ${(error as Error).message}`);
  process.exitCode = error instanceof InputError ? 2 : 1;
}
