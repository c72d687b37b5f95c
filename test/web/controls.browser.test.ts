import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { chooseByKeys, focused, goUpTo, isAt, isAtMessage, tabTo } from './by-keys.ts';
import { misnamed } from './control-names.ts';
import { controlViews } from './control-views.ts';
import { locales, saying } from './saying.ts';
import { logIn, message, stateMark } from './screens.ts';
import { seedCrew } from './seeds.ts';

const platform = usePlatform({ files: true, nodes: 1, environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

/** What people here wrote or are called, and what has no other name. */
const own = /typist[\w-]*|Berth|English|Chrome|Headless|Linux|Emoji|jpe?g|px/gi;

const languages: readonly (keyof typeof locales)[] = ['en'];

for (const language of languages)
  test(`whoever hears the page is told what each control is, ${language}`, async () => {
    const say = saying(language);
    const { devices, owner, bob, group } = await seedCrew(platform, '水手');
    const first = await bob.say(group, '你好 **很好** https://码头.example/');
    await bob.client.send(group, '在吗', { replyTo: first.seq }).whenSent();
    await bob.client.react(group, first.seq, '⚓', true);
    const { page, complaints } = await browser.open(platform.gateUrl, {
      locale: locales[language],
      serviceWorkers: 'block',
    });
    const isForeign = (name: string) => language === 'zh' && /[A-Za-z]{3,}/.test(name.replaceAll(own, ''));
    const faults: string[] = [];
    const check = async (view: string) => {
      for (const fault of await misnamed(page, isForeign)) faults.push(`${view}: ${fault}`);
    };
    const views = controlViews({ page, url: platform.gateUrl, say, owner: owner.person, member: bob.person });
    for (const [name, open, leaves] of views) {
      await open();
      await check(name);
      if (!leaves) continue;
      await page.keyboard.press('Escape');
      await page.locator('[role="dialog"]:not([data-notice]), [role="menu"]').waitFor({ state: 'detached' });
    }
    assert.deepEqual(faults, []);

    // What comes is said, the same words twice as well.
    await page.goto(`${platform.gateUrl}/#/chats/${group}`);
    await message(page, '在吗').waitFor();
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      const observer = new MutationObserver((changes) => {
        for (const { target, addedNodes } of changes)
          if ((target as Element).closest('[aria-live="polite"]'))
            for (const added of addedNodes) said.push(added.textContent ?? '');
      });
      observer.observe(document.body, { subtree: true, childList: true });
    });
    const saidTwice = (times: number) =>
      page.waitForFunction((times) => {
        const { said } = window as unknown as { said: string[] };
        return said.filter((words) => words.includes('来了')).length >= times;
      }, times);
    await bob.say(group, '来了');
    await saidTwice(1);
    await bob.say(group, '来了');
    await saidTwice(2);
    assert.deepEqual(complaints, []);
    await closeAll(devices);
  });

test('one writes, edits, mentions, answers, pins and bookmarks by keys alone', async () => {
  const { devices, owner, bob, group } = await seedCrew(platform, 'Typists');
  await bob.say(group, 'from bob');
  const { page, complaints } = await browser.open(platform.gateUrl);
  const { keyboard } = page;
  await logIn(page, owner.person);
  await page.getByRole('link', { name: /Typists.*from bob/ }).waitFor();
  /** The first that fails is the last: what follows begins where it ends. */
  const step = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      throw new Error(`${what}; the keyboard is at ${await focused(page)}`, { cause: error });
    }
  };
  const isInField = () => isAt(page, /^textbox "Message to Typists"/);
  const write = async (words: string) => {
    await keyboard.type(words);
    await keyboard.press('Enter');
    await stateMark(page, words, 'Sent')
      .or(stateMark(page, words, 'Delivered'))
      .waitFor();
  };
  const isSaid = (words: string) => page.getByText(words, { exact: true }).first().waitFor();

  await step('a conversation is found, written to, and its last message edited', async () => {
    await keyboard.press('Control+k');
    await page
      .getByRole('option', { name: /Typists/ })
      .first()
      .waitFor();
    await keyboard.type('typists');
    await page
      .getByRole('option', { name: /^Typists Group/, selected: true })
      .or(page.locator('[data-highlighted]').filter({ hasText: 'Typists' }))
      .first()
      .waitFor();
    await keyboard.press('Enter');
    await isInField();
    await write('mine');
    // What was sent just now may be on its way into the history.
    await eventually('the last message is edited', async () => {
      await keyboard.press('ArrowUp');
      return page.getByText('Edit your message').isVisible();
    });
    await keyboard.press('End');
    await keyboard.type(', mended');
    await keyboard.press('Enter');
    await message(page, 'mine, mended')
      .getByRole('button', { name: /^edited/ })
      .or(message(page, 'mine, mended').getByText('edited'))
      .first()
      .waitFor();
    await isInField();
  });

  await step('a member is mentioned', async () => {
    await keyboard.type(`ahoy @${bob.person.name.slice(0, 6)}`);
    await page.getByRole('listbox', { name: 'People to mention' }).getByRole('option').first().waitFor();
    while ((await page.getByRole('option', { name: bob.person.name, selected: true }).count()) === 0)
      await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await write('there');
    await message(page, 'ahoy').getByText(`@${bob.person.name}`).waitFor();
  });

  await step('a message is answered, and the answer leads to it', async () => {
    await keyboard.press('Escape');
    await goUpTo(page, 'from bob');
    await keyboard.press('r');
    await page.getByText(/^Reply to/).waitFor();
    await isInField();
    await write('an answer');
    // The keyboard is where it was.
    await keyboard.press('Escape');
    await isAtMessage(page, 'from bob');
    await keyboard.press('End');
    await isAtMessage(page, 'an answer');
    await tabTo(page, /^button ".*from bob/);
    await keyboard.press('Enter');
    await isAt(page, /^article /);
    await isAtMessage(page, 'from bob');
  });

  await step('it is pinned and bookmarked', async () => {
    await chooseByKeys(page, 'Pin');
    await page.getByRole('region', { name: 'Pinned messages' }).waitFor();
    await isAtMessage(page, 'from bob');
    await chooseByKeys(page, 'Bookmark');
    await isSaid('Bookmarked for you alone');
    await isAtMessage(page, 'from bob');
  });
  assert.deepEqual(complaints, []);
  await closeAll(devices);
});
