import assert from 'node:assert/strict';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import type { Person } from '../harness/people.ts';
import type { Say } from './saying.ts';

/** A busy machine takes its time. */
const patienceMs = 45_000;

/** What a field of the browser has within, such as the button of its calendar: it shows by itself that it has the focus. */
const inner = 'part of a field';

/** The role and name of what has the focus, as whoever hears the page is told, such as `button "Send"`. */
export async function focused(page: Page): Promise<string> {
  const isAnywhere = await page.evaluate(() => document.activeElement !== document.body);
  if (!isAnywhere) return 'nothing';
  const at = page.locator('*:focus');
  if ((await at.count()) === 0) return inner;
  const [first = ''] = (await at.ariaSnapshot()).split('\n');
  return first.replace(/^- '?/, '');
}

/** Whether whoever looks at the page sees what has the focus: by a line around it, or around what it stands in. */
const isFocusSeen = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    let up = document.activeElement;
    if (up === document.body) return true;
    for (let step = 0; up && step < 4; step++, up = up.parentElement) {
      const { outlineStyle, outlineWidth } = getComputedStyle(up);
      if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) return true;
    }
    return false;
  });

/** Presses Tab until something has the focus of such a role and name; wherever it comes to is seen to have it. */
export async function tabTo(page: Page, wanted: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press(key);
    const now = await focused(page);
    assert.ok(now === inner || (await isFocusSeen(page)), `${now} has the focus, and nothing shows it`);
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

/** The same of a button that opens a menu, before what has the focus or behind it. */
export async function chooseFrom(
  page: Page,
  button: RegExp,
  item: string,
  key: 'Tab' | 'Shift+Tab' = 'Shift+Tab',
): Promise<void> {
  await tabTo(page, button, key);
  await page.keyboard.press('Enter');
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
  await eventually(`${wanted} has the focus`, async () => wanted.test(await focused(page)), patienceMs);
}

/** Whether the keyboard is at a message that says this, or within it; what it quotes does not count. */
const isThere = (page: Page, words: string): Promise<boolean> =>
  page.evaluate((words) => {
    const said = document.activeElement?.closest('article')?.querySelector('[id$="-said"]');
    return said?.textContent.includes(words) === true;
  }, words);

export async function isAtMessage(page: Page, words: string): Promise<void> {
  await eventually(`the keyboard is at “${words}”`, () => isThere(page, words), patienceMs);
}

/** From one message to the one above, until one says this. */
export async function goUpTo(page: Page, words: string): Promise<void> {
  for (let presses = 0; presses < 40 && !(await isThere(page, words)); presses++)
    await page.keyboard.press('ArrowUp');
  await isAtMessage(page, words);
}

/** Waits until the keyboard is in something. */
export async function isWithin(page: Page, selector: string): Promise<void> {
  await eventually(
    `the keyboard is in ${selector}`,
    () => page.evaluate((selector) => document.activeElement?.closest(selector) != null, selector),
    patienceMs,
  );
}

export async function logInByKeys(page: Page, { email, password }: Person, say: Say): Promise<void> {
  await isAt(page, /^textbox /);
  await page.keyboard.type(email);
  await tabTo(page, new RegExp(`^textbox "${say('Password')}`));
  await page.keyboard.type(password);
  const inside = page.getByRole('navigation', { name: say('Sections') });
  // A busy machine may have no answer in time, which is said, and one tries again.
  const refusal = page.getByText(/Please try again|再试|重试/);
  do {
    await page.keyboard.press('Enter');
    await inside.or(refusal).first().waitFor();
  } while (await refusal.isVisible());
  await inside.waitFor();
}

/** Goes to a conversation by a few letters of its name. */
export async function goTo(page: Page, name: string, say: Say): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: say('Go to…') }).waitFor();
  await isWithin(page, '[role="dialog"]');
  await page.keyboard.type(name);
  await page.locator('[data-highlighted]').filter({ hasText: name }).waitFor();
  await page.keyboard.press('Enter');
  await isAt(page, new RegExp(`^textbox "${say('Message to {name}').replace('{name}', name)}"`));
}

/** Does one thing after the other, each from where the last one ended: the first that fails says where the keyboard is. */
export function steps(...pages: Page[]): (what: string, work: () => Promise<void>) => Promise<void> {
  return async (what, work) => {
    try {
      await work();
    } catch (error) {
      const places = await Promise.all(pages.map((page) => focused(page).catch(() => 'nowhere')));
      throw new Error(`${what}; the keyboard is at ${places.join(', and at ')}`, { cause: error });
    }
  };
}
