import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { usePlatform } from '../harness/platform.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'berth-load-'));
after(() => rmSync(folder, { recursive: true }));
const accounts = join(folder, 'accounts.json');

const platform = usePlatform({
  nodes: 2,
  files: true,
  mutualTls: true,
  environment: { verify: { CODES_PER_SOURCE_HOUR: '1000' } },
});

interface Ended {
  code: number | null;
  output: string;
  report: string;
}

/** `npm run load` against the platform; what it leaves is in a folder of its own. */
function load(name: string, args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const out = join(folder, name);
  const target = ['-e', `BERTH_URL=${platform.gateUrl}`, '--out', out];
  const child = spawn(process.execPath, ['load/run/main.ts', '--profile', 'smoke', ...target, ...args], {
    cwd: root,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => {
      const report = code === 2 ? '' : readFileSync(join(out, 'report.html'), 'utf8');
      resolve({ code, output, report });
    }),
  );
  return { child, ended };
}

/** The first run finds out whether there is a k6. */
let isMissing = false;
const noK6 = (output: string): boolean => /^load: no k6: /m.test(output);

test('the smoke profile registers, talks, places, storms and passes files on, loses nothing and writes a page that needs no other', async (t) => {
  // As a Secret has them.
  for (const [from, to] of [
    ['ca.pem', 'ca.crt'],
    ['cert.pem', 'tls.crt'],
    ['key.pem', 'tls.key'],
  ])
    copyFileSync(join(dirname(platform.logFolder), from!), join(folder, to!));
  const { code, output, report } = await load('smoke', [
    ...['-e', `BERTH_MAIL_URL=${platform.mailbox.webUrl}`],
    ...['-e', `BERTH_STATUS=127.0.0.1:${platform.grpcPorts.get('status')}`],
    ...['-e', `BERTH_STATUS_TLS=${folder}`],
    ...['--seconds', '6', '--save-accounts', accounts],
  ]).ended;
  isMissing = noK6(output);
  if (isMissing) return t.skip(output.trim());
  assert.equal(code, 0, output);
  assert.match(output, /messages lost: 0 of \d+ deliveries looked through$/m);
  const titles = [
    'Acknowledgement',
    'Delivery',
    'Connections',
    'Errors',
    'Messages lost',
    'Upload',
    'Download',
  ];
  for (const title of [...titles, 'Placement']) assert.match(report, new RegExp(`<strong>${title}</strong>`));
  assert.doesNotMatch(report, /(src|href)=/);
  const summary = readFileSync(join(folder, 'smoke/summary.json'), 'utf8');
  assert.equal(JSON.parse(summary).metrics.berth_lost.values.count, 0);
  const { people } = JSON.parse(readFileSync(accounts, 'utf8'));
  assert.equal(people.length, 7);
  assert.ok(!summary.includes(people[0].password));
});

test('people of an account file talk without a mailbox, and a threshold that is missed fails the run', async (t) => {
  if (isMissing) return t.skip('no k6');
  const limits = ['--threshold', 'berth_sent: count<1'];
  const { code, output, report } = await load('again', ['--accounts', accounts, '--seconds', '2', ...limits])
    .ended;
  assert.equal(code, 1, output);
  assert.match(output, /missed: berth_sent: count<1 \(measured \d+\)/);
  assert.match(output, /messages lost: 0 of/);
  assert.match(report, /<td class="missed">missed<\/td>/);
});

test('a run that is interrupted still writes its report', async (t) => {
  if (isMissing) return t.skip('no k6');
  const count = async () => {
    const [row] = await platform.db.rows<{ count: number }>('SELECT COUNT(*) AS count FROM messages');
    return Number(row!.count);
  };
  const before = await count();
  const { child, ended } = load('interrupted', ['--accounts', accounts, '--seconds', '600']);
  await eventually('messages are stored', async () => (await count()) > before + 20, 60_000);
  child.kill('SIGINT');
  const { code, output, report } = await ended;
  assert.equal(code, 130, output);
  assert.match(report, /<span class="verdict interrupted">/);
  assert.match(report, /deliveries looked through; [\d,]+ not looked through/);
});
