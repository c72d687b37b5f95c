import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import type { TestBrowser, WatchedPage } from '../harness/browser.ts';
import type { Person } from '../harness/people.ts';
import type { Say } from './saying.ts';

/** What users do on the pages, by what they see there: names of fields, buttons and lists. */
export async function logIn(
  page: Page,
  { email, password }: Pick<Person, 'email' | 'password'>,
  say: Say = (english) => english,
): Promise<void> {
  await page.getByLabel(say('E-mail address')).fill(email);
  await page.getByLabel(say('Password'), { exact: true }).fill(password);
  const inside = page.getByRole('navigation', { name: say('Sections') });
  // A busy machine may have no answer in time, which is said, and one tries again.
  const refusal = page.getByText(/Please try again|再试|重试/);
  do {
    await page.getByRole('button', { name: say('Log in') }).click();
    await inside.or(refusal).first().waitFor();
  } while (await refusal.isVisible());
  await inside.waitFor();
}

export const section = (page: Page, name: 'Chats' | 'Contacts' | 'Settings') =>
  page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: new RegExp(`^${name}`) });

export async function openChat(page: Page, name: string): Promise<void> {
  await page.getByRole('region', { name: 'Chats' }).getByRole('link', { name }).click();
  await page.getByRole('feed').waitFor();
}

export async function send(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: /^Message to/ });
  await field.fill(text);
  await field.press('Enter');
}

/** A message in the open conversation. */
export const message = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text });

/** The mark on an own message. To the letter: "Waiting to be sent" has "sent" in it, too. */
export const stateMark = (
  page: Page,
  text: string,
  state: 'Sent' | 'Delivered' | 'Read' | 'Waiting to be sent',
) => message(page, text).getByLabel(state, { exact: true });

/** The texts of all messages in view, in order. */
export const texts = (page: Page): Promise<string[]> =>
  page.getByRole('article').locator('[dir="auto"]').allInnerTexts();

/** The node that the page is connected to. */
export async function nodeOf(page: Page): Promise<string> {
  const status = page.locator('[data-connection="online"]');
  await status.waitFor({ state: 'attached' });
  return (await status.getAttribute('data-node'))!;
}

/** Two people who are friends, each on a page of their own, the conversation open on both. */
export async function twoAtTheirPages(
  browser: TestBrowser,
  url: string,
  [one, other]: readonly [Person, Person],
): Promise<[WatchedPage, WatchedPage]> {
  const pages = [await browser.open(url), await browser.open(url)] as [WatchedPage, WatchedPage];
  await logIn(pages[0].page, one);
  await logIn(pages[1].page, other);
  await openChat(pages[0].page, other.name);
  await openChat(pages[1].page, one.name);
  return pages;
}

/** Offers for a minute on the page what may be undone for 5 s: a busy machine may be away for so long between two presses. */
export async function giveTime(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { setTimeout: real } = window;
    const longer = (work: () => void, ms?: number, ...rest: unknown[]) =>
      real(work, ms === 5_000 ? 60_000 : ms, ...rest);
    Object.assign(window, { setTimeout: longer });
  });
  await page.reload();
}

/** Waits until the page has kept a message in its IndexedDB, which it does a moment after it has shown it. */
export async function keptOnDevice(page: Page, text: string, kept: 'as read' | 'to be sent'): Promise<void> {
  const wanted = { text, keys: kept === 'as read' ? '/timeline/' : '/outbox/' };
  // `waitForFunction` takes the promise itself for an answer.
  const isKept = () =>
    page.evaluate(async ({ text, keys }) => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('berth');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const found = await new Promise<boolean>((resolve, reject) => {
        const request = database.transaction('values').objectStore('values').openCursor();
        request.onsuccess = () => {
          const cursor = request.result;
          if (!cursor) resolve(false);
          else if (String(cursor.key).includes(keys) && String(cursor.value).includes(text)) resolve(true);
          else cursor.continue();
        };
        request.onerror = () => reject(request.error);
      });
      database.close();
      return found;
    }, wanted);
  await eventually(`“${text}” is kept`, isKept);
}

/** Makes what the node tells a page wait, from `hold` to `release`. To be called before the page is opened. */
export async function holdAnswers(page: Page): Promise<{ hold(): void; release(): void }> {
  let held: (() => void)[] | undefined;
  await page.routeWebSocket(/./, (socket) => {
    socket.connectToServer().onMessage((frame) => {
      if (held) held.push(() => socket.send(frame));
      else socket.send(frame);
    });
  });
  return {
    hold: () => {
      held ??= [];
    },
    release: () => {
      const frames = held ?? [];
      held = undefined;
      for (const pass of frames) pass();
    },
  };
}
