import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { befriend, type Device } from '@berth/test/people';

export const uploads = 50;
const texts = 500;

/**
 * The p99 of a text until it is acknowledged, in ms, one after the other: with nothing else going on, and while as many uploads
 * go on as fast as they can, from another process.
 */
export async function measureTexts(
  [ann, bob]: readonly [Device, Device],
  rounds: number,
  say: (line: string) => void,
): Promise<{ idle: number[]; loaded: number[] }> {
  const conversation = await befriend(ann, bob);
  const p99 = async () => {
    const took: number[] = [];
    for (let index = 0; index < texts; index++) {
      const began = performance.now();
      await ann.client.send(conversation, `text ${index}`).whenSent();
      took.push(performance.now() - began);
    }
    return took.sort((a, b) => a - b)[Math.ceil(texts * 0.99) - 1]!;
  };
  const { url } = (await bob.client.platform()).files!;
  await p99();
  const found = { idle: [] as number[], loaded: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    found.idle.push(await p99());
    const child = fork(join(import.meta.dirname, 'uploaders.ts'), [url, bob.client.token!, String(uploads)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit');
    await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => Promise.reject(new Error(`the uploads ended with ${code}`))),
    ]);
    found.loaded.push(await p99());
    child.send('end');
    const [{ bytes, seconds }] = await once(child, 'message');
    await ended;
    say(
      `round ${round}: texts: p99 ${found.idle.at(-1)!.toFixed(1)} ms, ${found.loaded.at(-1)!.toFixed(1)} with uploads of ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`,
    );
  }
  return found;
}
