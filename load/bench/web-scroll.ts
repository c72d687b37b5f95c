import { cpus } from 'node:os';
import process from 'node:process';
import { buildWebClient, launchBrowser, openPage, webRoot } from '@berth/test/browser';
import { befriend, closeAll, connectDevice, seedPeople } from '@berth/test/people';
import { Platform } from '@berth/test/platform';
import { logIn, openChat } from '@berth/test/screens';
import { seedMessages, seedReactions, wordsOf } from '@berth/test/seeds';
import { describeLoad, writeSection } from './report.ts';
import { median } from './table.ts';

/**
 * `node load/bench/web-scroll.ts [RUNS]`: scrolls 10,000 messages with 50,000 reactions of the web client from the newest
 * to the first, a step each frame, with every page of history fetched on the way, and writes how long the frames took into
 * docs/benchmarks.md. What a run is judged by is its longest frame.
 */
const load = describeLoad();
const runs = Number(process.argv[2] ?? 5);
const messages = 10_000;
const reactionsEach = 5;
const stepPx = 400;
const maxFrameMs = 50;
/** Chromium tells times to a tenth of a millisecond: three frames at 60 Hz are 50.0 or 50.1. */
const toldToMs = 0.1;

interface Run {
  frames: number;
  medianMs: number;
  p99Ms: number;
  longestMs: number;
}

buildWebClient();
const platform = await Platform.start({ nodes: 1, environment: { gate: { WEB_ROOT: webRoot } } });
const browser = await launchBrowser();
const version = browser.version();
const results: Run[] = [];
try {
  const [reader, writer] = await seedPeople(platform, 2);
  const devices = [
    await connectDevice(platform, reader!, { deviceClass: 'setup' }),
    await connectDevice(platform, writer!, { deviceClass: 'setup' }),
  ] as const;
  const conversation = await befriend(...devices);
  await closeAll([...devices]);
  await seedMessages(platform, conversation, [reader!, writer!], messages);
  await seedReactions(platform, conversation, [reader!, writer!], messages, reactionsEach);
  for (let run = 0; run < runs; run++) {
    const { page, context } = await openPage(browser, platform.gateUrl);
    await logIn(page, reader!);
    await openChat(page, writer!.name);
    await page.getByText(wordsOf(messages)).last().waitFor();
    const frames = await page.getByRole('feed').evaluate(
      (feed, step) =>
        new Promise<number[]>((resolve) => {
          const took: number[] = [];
          let before: number | undefined;
          const frame = (now: number) => {
            if (before !== undefined) took.push(now - before);
            before = now;
            if (feed.scrollTop <= 0) return resolve(took);
            feed.scrollTop -= step;
            requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
        }),
      stepPx,
    );
    await page.getByText(wordsOf(1), { exact: true }).waitFor();
    const sorted = frames.toSorted((a, b) => a - b);
    results.push({
      frames: frames.length,
      medianMs: median(frames),
      p99Ms: sorted[Math.floor(sorted.length * 0.99)]!,
      longestMs: sorted.at(-1)!,
    });
    console.log(`run ${run + 1}: ${describe(results.at(-1)!)}`);
    await context.close();
  }
} finally {
  await browser.close();
  await platform.close();
}
const byLongest = results.toSorted((a, b) => a.longestMs - b.longestMs);
const middle = byLongest[Math.floor(byLongest.length / 2)]!;
const verdict =
  middle.longestMs <= maxFrameMs + toldToMs
    ? `no frame over ${maxFrameMs} ms`
    : `frames over ${maxFrameMs} ms`;
const machine = `${cpus().length} cores (${cpus()[0]!.model.trim()}), Chromium ${version} without a GPU, ${load}`;
const given = (messages * reactionsEach).toLocaleString('en');
const result = `${messages.toLocaleString('en')} messages with ${given} reactions, median of ${runs} runs on ${machine}: ${describe(middle)}; ${verdict}.`;
console.log(`\n${result}`);
writeSection('web', result);

function describe({ frames, medianMs, p99Ms, longestMs }: Run): string {
  const [half, most, longest] = [medianMs, p99Ms, longestMs].map((ms) => ms.toFixed(1));
  return `${frames} frames, median ${half} ms, p99 ${most} ms, longest ${longest} ms`;
}
