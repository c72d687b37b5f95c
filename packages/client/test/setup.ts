import assert from 'node:assert/strict';
import { createClient } from '../src/client.ts';
import { MemoryStorage } from '../src/storage.ts';
import type { BerthClient, ClientEvents, ClientOptions } from '../src/types.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { FakePlatform } from './fake-platform.ts';

export interface Setup {
  clock: FakeClock;
  platform: FakePlatform;
  client: BerthClient;
  storage: MemoryStorage;
  texts: string[];
  seqs: number[];
  states: ClientEvents['state'][];
  faults: Error[];
}

/** A client of its own platform and time, or of those of `shared`. */
export function setup(options: Partial<ClientOptions> = {}, shared: Partial<Setup> = {}): Setup {
  const clock = shared.clock ?? new FakeClock();
  const platform = shared.platform ?? new FakePlatform(clock);
  const storage = shared.storage ?? new MemoryStorage();
  let cids = 0;
  const client = createClient({
    gateUrl: 'http://gate',
    ...{ clock, storage, fetch: platform.fetch as typeof fetch, WebSocket: platform.WebSocket },
    random: () => 0.5,
    createCid: () => `cid-${++cids}`,
    ...options,
  });
  const made: Setup = { clock, platform, client, storage, texts: [], seqs: [], states: [], faults: [] };
  client.on('message', ({ message }) => {
    made.texts.push(message.text);
    made.seqs.push(message.seq);
  });
  client.on('state', (state) => made.states.push(state));
  client.on('fault', (fault) => made.faults.push(fault));
  return made;
}

/** The same, logged in and connected. */
export async function online(
  options: Partial<ClientOptions> = {},
  shared: Partial<Setup> = {},
): Promise<Setup> {
  const made = setup(options, shared);
  if (made.platform.conversations.size === 0) made.platform.addConversation(1);
  await made.client.logIn({ email: 'ann@example.org', password: 'secret-words' });
  made.client.connect();
  await settled();
  assert.equal(made.client.state.kind, 'online');
  return made;
}
