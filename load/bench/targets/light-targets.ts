import type { Platform } from '@berth/test/platform';
import { GateDoor } from '../../driver/gate-door.ts';
import type { LightTarget } from '../../light/light-loader.ts';
import type { SeededUser } from '../berth-targets.ts';

export interface LightMember {
  user: SeededUser;
  conversation: number;
  /** Nodes that this one is not to be on. */
  avoid?: string[];
}

const atATime = 16;

/** A berth for each, in their order, a few at a time: a ticket lives 15 s. `placed` is waited for after each. */
export async function* lightTargets(
  platform: Platform,
  members: LightMember[],
  placed: () => Promise<void> = async () => {},
): AsyncGenerator<LightTarget[]> {
  const door = new GateDoor({ gateUrl: platform.gateUrl });
  for (let first = 0; first < members.length; first += atATime) {
    const targets = members.slice(first, first + atATime).map(async ({ user, conversation, avoid = [] }) => {
      const { berth } = await door.post<{ berth: { url: string; ticket: string; node: string } }>(
        '/v1/berths',
        { avoid },
        user.token,
      );
      if (avoid.includes(berth.node)) throw new Error(`${berth.node} was to be avoided`);
      await placed();
      return { port: Number(new URL(berth.url).port), token: berth.ticket, conversation };
    });
    yield await Promise.all(targets);
  }
}
