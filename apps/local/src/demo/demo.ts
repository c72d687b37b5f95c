import type { BerthClient } from '@berth/client';
import { enter, type Places } from './actor.ts';
import { asker, domain, friends, hero, password, stranger } from './cast.ts';
import { fill } from './fill.ts';
import { answerBack } from './live.ts';

/**
 * Fills the platform with people, groups and conversations, through its public doors, and lets the people answer; a
 * second start finds all of it. `say` hears how to log in, or why there is no demo. Answers with what ends it.
 */
export function startDemo(places: Places, say: (line: string) => void): () => void {
  const clients = new Set<BerthClient>();
  let ended = false;
  const join = async (character: typeof hero) => {
    const actor = await enter(character, places);
    clients.add(actor.client);
    if (ended) await actor.client.close();
    return actor;
  };
  const begin = async () => {
    // One after the other: a new platform has few places, and hashes few passwords at a time.
    const playing = [];
    for (const character of [...friends, asker, stranger]) playing.push(await join(character));
    const own = await join(hero);
    await fill({ hero: own, friends: playing.slice(0, friends.length), asker: playing[friends.length]! });
    // It was to fill her lists; from now on somebody else is her.
    await own.client.logOut();
    await own.client.close();
    answerBack(playing);
    say(`Demo: log in as ${hero.name}@${domain} with the password ${password}; write to Ines, she answers`);
  };
  begin().catch((error: Error) => ended || say(`there is no demo: ${error.message}`));
  return () => {
    ended = true;
    for (const client of clients) void client.close();
  };
}
