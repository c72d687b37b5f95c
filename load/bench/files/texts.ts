import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { befriend, type Device } from '@berth/test/people';

export const uploads = 50;
/** Of one phase. */
const texts = 1_000;
const everyMs = 10;

/**
 * The p99 of a text from when it is due until it is acknowledged, in ms, 100 a second whether the ones before are answered or not: with
 * nothing else going on, and while as many uploads go on as fast as they can, from another process. Each round has both, in turns first.
 */
export async function measureTexts(
  [ann, bob]: readonly [Device, Device],
  rounds: number,
  say: (line: string) => void,
): Promise<{ idle: number[]; loaded: number[] }> {
  const conversation = await befriend(ann, bob);
  const p99 = async () => {
    const began = performance.now();
    const took = await Promise.all(
      Array.from({ length: texts }, async (_, index) => {
        const due = began + index * everyMs;
        await sleep(Math.max(0, due - performance.now()));
        await ann.client.send(conversation, `text ${index}`).whenSent();
        return performance.now() - due;
      }),
    );
    return took.sort((a, b) => a - b)[Math.ceil(texts * 0.99) - 1]!;
  };
  const { url } = (await bob.client.platform()).files!;
  const whileUploading = async (): Promise<[number, number]> => {
    // They stand for other machines, and must not take the cores of what is measured.
    const uploaders = [process.execPath, join(import.meta.dirname, 'uploaders.ts')];
    const child = spawn('chrt', ['--idle', '0', ...uploaders, url, bob.client.token!, String(uploads)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit');
    await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => Promise.reject(new Error(`the uploads ended with ${code}`))),
    ]);
    const found = await p99();
    child.send('end');
    const [{ bytes, seconds }] = await once(child, 'message');
    await ended;
    return [found, bytes / 1e6 / seconds];
  };
  await p99();
  const found = { idle: [] as number[], loaded: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    if (round % 2 === 1) found.idle.push(await p99());
    const [loaded, rate] = await whileUploading();
    found.loaded.push(loaded);
    if (round % 2 === 0) found.idle.push(await p99());
    say(
      `round ${round}: texts: p99 ${found.idle.at(-1)!.toFixed(1)} ms, ${loaded.toFixed(1)} with uploads of ${rate.toFixed(0)} MB/s`,
    );
  }
  return found;
}
