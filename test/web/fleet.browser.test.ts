import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { operatorToken, revokeOperatorToken } from '../harness/operator-token.ts';
import { closeAll, connectDevice, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';

// So few that a dozen people on one of two are uneven.
const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot }, chat: { CAPACITY: '40' } } });
const browser = useBrowser();

const fleetUrl = () => `${platform.gateUrl}/#/fleet`;
const card = (page: Page, node: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: node }) });

async function show(page: Page, token: string): Promise<void> {
  await page.getByLabel('Operator’s token').fill(token);
  await page.getByRole('button', { name: 'Show the fleet' }).click();
}

test('who has a token for looking sees the fleet, and has nothing to press', async () => {
  const { page, context, complaints } = await browser.open(platform.gateUrl, { serviceWorkers: 'block' });
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.ok(!loaded.some((url) => /fleet/.test(url)), 'nobody else loads it');
  await page.goto(fleetUrl());
  await show(page, 'secret');
  await page.getByText('A token begins with berth_op_').waitFor();
  await show(page, 'berth_op_000000000000_nothing');
  await page.getByText('This token is not good, or not any more.').waitFor();
  await show(page, await operatorToken(platform, 'eyes', 'read'));
  await card(page, 'chat-2').waitFor();
  await page.getByText('eyes · may look').waitFor();
  await card(page, 'chat-1').getByText('in service').waitFor();
  await card(page, 'chat-1')
    .getByRole('img', { name: /^Sessions of chat-1 over \d+ minutes/ })
    .waitFor();
  await page.getByRole('region', { name: 'Plan' }).getByText('Nothing scales this fleet').waitFor();
  assert.equal(await page.getByRole('button', { name: /Drain|Cordon|Rebalance/ }).count(), 0);
  await page.reload();
  await card(page, 'chat-1').waitFor();
  const other = await context.newPage();
  await other.goto(fleetUrl());
  await other.getByLabel('Operator’s token').waitFor();
  await page.getByRole('button', { name: 'Forget the token' }).click();
  await page.getByLabel('Operator’s token').waitFor();
  assert.equal(
    await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }).includes('berth_op')),
    false,
  );
  assert.deepEqual(complaints, []);
});

test('who may give orders takes nodes out and puts them back, by keyboard, and sees people move', async () => {
  const people = await seedPeople(platform, 12);
  const devices = await Promise.all(people.map((person) => connectDevice(platform, person)));
  const { page, complaints } = await browser.open(fleetUrl(), { viewport: { width: 360, height: 720 } });
  await show(page, await operatorToken(platform, 'hands', 'operate'));
  await card(page, 'chat-1').waitFor();
  assert.ok(
    await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
    'no wider than the phone',
  );
  await page.getByRole('button', { name: 'Cordon chat-1' }).press('Enter');
  await page.getByRole('status').getByText('chat-1 gets no more log-ins.').waitFor();
  await card(page, 'chat-1').getByText('cordoned').waitFor();
  await page.getByRole('button', { name: 'Drain chat-1' }).press('Enter');
  await card(page, 'chat-1').getByText('draining').waitFor();
  await card(page, 'chat-1').getByText('0 sessions left').waitFor();
  await card(page, 'chat-1').getByRole('progressbar').waitFor();
  await card(page, 'chat-2')
    .getByText(/^12 \//)
    .waitFor();
  await page.getByRole('button', { name: 'Put chat-1 back' }).press('Enter');
  await card(page, 'chat-1').getByText('in service').waitFor();
  await page.getByRole('button', { name: 'Rebalance' }).press('Enter');
  const question = page.getByRole('alertdialog', { name: 'Even the fleet out?' });
  await question.getByRole('button', { name: 'Rebalance' }).press('Enter');
  await page
    .getByRole('status')
    .getByText(/\d sessions? (is|are) to move/)
    .waitFor();
  await card(page, 'chat-1')
    .getByText(/^[3-9] \//)
    .waitFor();
  await revokeOperatorToken(platform, 'hands');
  await page.getByText('This token is not good, or not any more.').waitFor();
  assert.deepEqual(complaints, []);
  await closeAll(devices);
});

test('with status away it says so, keeps what it has shown, and goes on by itself', async () => {
  const { page } = await browser.open(fleetUrl());
  await show(page, await operatorToken(platform, 'patient', 'read'));
  await card(page, 'chat-1').waitFor();
  const asked: number[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/operators/v1/fleet')) asked.push(Date.now());
  });
  await platform.service('status').kill();
  await page.getByRole('alert').getByText('Status does not answer.').waitFor();
  await card(page, 'chat-1').waitFor();
  await platform.service('status').start();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  await eventually('it goes on', () => asked.length > 2);
});

for (const [locale, words] of [
  [
    'en-US',
    { label: 'Operator’s token', show: 'Show the fleet', plan: 'Plan', why: 'the fleet has the right size' },
  ],
  ['zh-CN', { label: '运维令牌', show: '查看机群', plan: '计划', why: '机群规模合适' }],
] as const)
  test(`axe finds nothing on the fleet page in light or dark, which speaks ${locale} and fits a phone`, async () => {
    const { page } = await browser.open(fleetUrl(), { locale, serviceWorkers: 'block' });
    const clean = async (what: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), [], `${what}, ${colorScheme}`);
      }
    };
    await page.getByLabel(words.label).waitFor();
    await clean('the token');
    await page
      .getByLabel(words.label)
      .fill(await operatorToken(platform, `axe-${locale.toLowerCase()}`, 'operate'));
    await page.getByRole('button', { name: words.show }).click();
    await card(page, 'chat-1').waitFor();
    await clean('the fleet');
    const plan = page.getByRole('region', { name: words.plan, exact: true });
    await plan.getByText(words.why).waitFor();
    await page.setViewportSize({ width: 360, height: 720 });
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
      'no wider than the phone',
    );
  });
