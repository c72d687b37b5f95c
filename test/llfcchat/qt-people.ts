import assert from 'node:assert/strict';
import { connectDevice, type Device } from '../harness/people.ts';
import type { Platform } from '../harness/platform.ts';
import type { OldUser } from './old-user.ts';
import { QtClient, type QtVariant } from './qt-client.ts';

/** People with Qt clients, and with devices of the Berth dialect beside them. */
export function qtPeople(platform: Platform) {
  async function logIn(
    user: OldUser,
    variant: QtVariant,
    { readsPerSecond = 0, timeoutMs = 60_000 } = {},
  ): Promise<QtClient> {
    const client = new QtClient(user, { variant, readsPerSecond });
    await client.logIn(platform, timeoutMs);
    return client;
  }

  const deviceOf = ({ uid: id, name, email, password }: OldUser): Promise<Device> =>
    connectDevice(platform, { id, name, email, password });

  /** Makes users friends of the first from devices of the Berth dialect, which then leave; answers with the last conversation. */
  async function makeFriends(one: OldUser, ...others: OldUser[]): Promise<number> {
    const asker = await deviceOf(one);
    let conversation = 0;
    for (const other of others) {
      const accepter = await deviceOf(other);
      await asker.client.request('friendRequest', { user: other.uid });
      const { friend } = await accepter.client.request('friendAccept', { user: one.uid });
      conversation = friend.conversation;
      await accepter.client.close();
    }
    await asker.client.close();
    return conversation;
  }

  /** The end of a test: nothing went wrong with its clients, and they leave. */
  function noFaults(...clients: QtClient[]): void {
    for (const { user, faults } of clients) assert.deepEqual(faults, [], user.name);
    for (const client of clients) client.logOut();
  }

  return { logIn, deviceOf, makeFriends, noFaults };
}
