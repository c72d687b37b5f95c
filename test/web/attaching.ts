import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';

interface Given {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A picture of a colour, so that each is another. */
export async function picture(name: string, width: number, height: number, hue: number): Promise<Given> {
  const background = { r: (hue * 67) % 256, g: (hue * 131) % 256, b: (hue * 29) % 256 };
  const buffer = await sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return { name, mimeType: 'image/jpeg', buffer };
}

export const chooser = (page: Page, kind: 'media' | 'any'): Locator =>
  page
    .locator(kind === 'media' ? 'input[accept="image/*,video/*"]' : 'input[type=file]:not([accept])')
    .first();

/** As the clipboard or a drag brings them to where they are put. */
export async function bring(page: Page, how: 'paste' | 'drop', given: Given): Promise<void> {
  const place = how === 'paste' ? page.getByRole('textbox', { name: /^Message to/ }) : page.getByRole('feed');
  await place.evaluate(
    (element, { how, name, mimeType, bytes }) => {
      const data = new DataTransfer();
      const binary = atob(bytes);
      const content = Uint8Array.from(binary, (character) => character.charCodeAt(0));
      data.items.add(new File([content], name, { type: mimeType }));
      const options = { bubbles: true, cancelable: true };
      if (how === 'paste')
        element.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
      else
        for (const type of ['dragenter', 'dragover', 'drop'])
          element.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: data }));
    },
    { how, name: given.name, mimeType: given.mimeType, bytes: given.buffer.toString('base64') },
  );
}

export const queue = (page: Page): Locator => page.getByRole('region', { name: 'Files to be sent' });

export const areLoaded = (article: Locator, count = 1): Promise<boolean> =>
  article.locator('img').evaluateAll((images, count) => {
    const isLoaded = (image: Element) =>
      (image as HTMLImageElement).complete && (image as HTMLImageElement).naturalWidth > 0;
    return images.length === count && images.every(isLoaded);
  }, count);

/** A video as a browser makes it of a canvas: it does not say how long it is. */
export async function video(page: Page, name: string): Promise<Given> {
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
    const context = canvas.getContext('2d')!;
    const recorder = new MediaRecorder(canvas.captureStream(15), { mimeType: 'video/webm' });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start();
    for (let frame = 0; frame < 20; frame++) {
      context.fillStyle = `hsl(${frame * 18} 80% 50%)`;
      context.fillRect(0, 0, 320, 180);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await new Promise((resolve) => {
      recorder.onstop = resolve;
      recorder.stop();
    });
    const content = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(content, (byte) => String.fromCharCode(byte)).join(''));
  });
  return { name, mimeType: 'video/webm', buffer: Buffer.from(bytes, 'base64') };
}

/** A finger that goes over the middle of the page, from side to side. */
export async function swipe(page: Page, fromX: number, toX: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const y = page.viewportSize()!.height / 2;
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y }] });
  await touch('touchStart', fromX);
  for (let step = 1; step <= 8; step++) await touch('touchMove', fromX + ((toX - fromX) * step) / 8);
  await touch('touchEnd');
  await session.detach();
}

/** What moves on the page from here on without being asked to, by the browser's own measure; the answer ends it. */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const shifts: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    });
    observer.observe({ type: 'layout-shift' });
    Object.assign(window, {
      shiftsSeen: () => {
        for (const entry of observer.takeRecords())
          shifts.push((entry as unknown as { value: number }).value);
        return shifts.reduce((sum, value) => sum + value, 0);
      },
    });
  });
  return () => page.evaluate(() => (window as unknown as { shiftsSeen(): number }).shiftsSeen());
}
