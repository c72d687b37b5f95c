import assert from 'node:assert/strict';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';

/** The role and name of what has the focus, as whoever hears the page is told, such as `button "Send"`. */
export async function focused(page: Page): Promise<string> {
  const isAnywhere = await page.evaluate(() => document.activeElement !== document.body);
  if (!isAnywhere) return 'nothing';
  const [first = ''] = (await page.locator('*:focus').ariaSnapshot()).split('\n');
  return first.replace(/^- '?/, '');
}

/** Presses Tab until something has the focus of such a role and name. */
export async function tabTo(page: Page, wanted: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press(key);
    const now = await focused(page);
    if (wanted.test(now)) return;
    seen.push(now.split('\n')[0]!);
  }
  assert.fail(`no ${wanted} among ${seen.join(' → ')}`);
}

/** Opens the menu of what has the focus, and goes down to one of what it offers. */
export async function chooseByKeys(page: Page, item: string): Promise<void> {
  await page.keyboard.press('Shift+F10');
  await goDownTo(page, item);
}

async function goDownTo(page: Page, item: string): Promise<void> {
  await page.getByRole('menuitem', { name: item, exact: true }).waitFor();
  // The menu shows a moment before the keyboard is in it.
  await page.waitForFunction(() => document.activeElement?.closest('[role="menu"]'));
  for (let presses = 0; presses < 25; presses++) {
    if ((await focused(page)).startsWith(`menuitem "${item}"`)) break;
    await page.keyboard.press('ArrowDown');
  }
  await isAt(page, new RegExp(`^menuitem "${item}"`));
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

/** Waits until something has the focus of such a role and name. */
export async function isAt(page: Page, wanted: RegExp): Promise<void> {
  await eventually(`${wanted} has the focus`, async () => wanted.test(await focused(page)));
}

/** Whether the keyboard is at a message that says this, or within it; what it quotes does not count. */
const isThere = (page: Page, words: string): Promise<boolean> =>
  page.evaluate((words) => {
    const said = document.activeElement?.closest('article')?.querySelector('[id$="-said"]');
    return said?.textContent.includes(words) === true;
  }, words);

export async function isAtMessage(page: Page, words: string): Promise<void> {
  await eventually(`the keyboard is at “${words}”`, () => isThere(page, words));
}

/** From one message to the one above, until one says this. */
export async function goUpTo(page: Page, words: string): Promise<void> {
  for (let presses = 0; presses < 40 && !(await isThere(page, words)); presses++)
    await page.keyboard.press('ArrowUp');
  await isAtMessage(page, words);
}
