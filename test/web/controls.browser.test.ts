import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { misnamed } from './control-names.ts';
import { controlViews } from './control-views.ts';
import { locales, saying } from './saying.ts';
import { message } from './screens.ts';
import { seedCrew } from './seeds.ts';

const platform = usePlatform({ files: true, nodes: 1, environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

/** What people here wrote or are called, and what has no other name. */
const own = /typist[\w-]*|ashore|setup|https?:\S+|Berth|English|Chrome|Headless|Linux|Emoji|jpe?g|px/gi;

for (const language of ['en', 'zh'] as const)
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
