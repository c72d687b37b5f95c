import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { CertificateAuthority } from '@berth/fixtures';
import { seedPeople } from '@berth/test/people';
import { usePlatform } from '@berth/test/platform';
import { unlimited } from '../bench/unlimited.ts';

// A person of a closed loop writes as fast as the machine allows, which is more than anybody may.
const platform = usePlatform({ nodes: 2, environment: unlimited });
const folder = mkdtempSync(join(tmpdir(), 'berth-hold-'));
after(() => rmSync(folder, { recursive: true }));
const main = join(import.meta.dirname, 'main.ts');

function run(args: string[], wrapper: string[] = []) {
  const [command, ...rest] = [...wrapper, process.execPath, main, ...args];
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) =>
    execFile(command!, rest, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  );
}

/** Of a run that could not begin. */
async function refusal(args: string[], wrapper: string[] = []): Promise<string> {
  const { code, stdout, stderr } = await run(args, wrapper);
  assert.equal(code, 2, `${stdout}${stderr}`);
  assert.match(stderr, /^load:hold: [^\n]+\n$/);
  return stderr;
}

async function writeAccounts(count: number, target = platform.gateUrl): Promise<string> {
  const people = await seedPeople(platform, count);
  const file = join(folder, `accounts-${count}-${people[0]!.id}.json`);
  const accounts = people.map(({ id, email, password }) => ({ id, email, password }));
  writeFileSync(file, JSON.stringify({ target, people: accounts }));
  return file;
}

const at = (...rest: string[]) => ['-e', `BERTH_URL=${platform.gateUrl}`, ...rest];

test('people of an account file are held on a deployment, cut and checked; their sessions serve the next run', async () => {
  const accounts = await writeAccounts(6);
  const tokens = join(folder, 'tokens.json');
  const args = at('--accounts', accounts, '--tokens', tokens, '--sessions', '6', '--drivers', '2');
  const first = await run([...args, '--seconds', '1', '--per-minute', '300', '--cut']);
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.match(first.stdout, /6 sessions logged in within .* held for 11 s, 0 dropped/);
  assert.match(first.stdout, /0 missing, 0 refused/);
  assert.match(first.stdout, /half were back after .*; 0 are not back/);
  assert.match(first.stdout, /the checker went through all logs: nothing lost/);
  const kept = JSON.parse(readFileSync(tokens, 'utf8')) as { people: { token: string }[] };
  assert.equal(kept.people.length, 6);
  // What they have written before is of no interest to the second run.
  const again = await run([...args, '--seconds', '1', '--in-flight', '2']);
  assert.equal(again.code, 0, again.stdout + again.stderr);
  assert.doesNotMatch(again.stdout, /are kept in/);
});

test('a run that is interrupted tells what it has seen', async () => {
  const child = spawn(process.execPath, [
    main,
    ...at('--accounts', await writeAccounts(2), '--sessions', '2', '--seconds', '600', '--per-minute', '60'),
  ]);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
    if (said.includes('log in, held by')) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 130, said);
  assert.match(said, /sessions logged in within/);
  assert.match(said, /interrupted: this is of the part that ran/);
});

test('what would spoil a run is one line before it begins', async () => {
  const accounts = await writeAccounts(2);
  assert.match(await refusal(['--sessions', '3']), /people talk in pairs, it must be even/);
  assert.match(await refusal(['--seconds', '1m']), /--seconds 1m: expected a whole number/);
  assert.match(await refusal(at()), /--accounts is missing/);
  assert.match(await refusal(['--accounts', accounts]), /--accounts is of a deployment/);
  const nobody = ['-e', 'BERTH_URL=http://127.0.0.1:1', '--accounts', accounts, '--sessions', '2'];
  assert.match(await refusal(nobody), /does not answer: nobody listens there/);
  assert.match(
    await refusal(at('--accounts', accounts, '--sessions', '4')),
    /has 2 people, and 4 are needed/,
  );
  const foreign = await writeAccounts(2, 'http://other');
  assert.match(await refusal(at('--accounts', foreign, '--sessions', '2')), /are of http:\/\/other, not of/);
  const few = ['sh', '-c', 'ulimit -n 400 && exec "$@"', 'sh'];
  assert.match(
    await refusal(['--sessions', '1000', '--drivers', '2'], few),
    /--drivers 2: 1000 sessions are 756 file descriptors a process, and one may have 400 \(ulimit -n\): at least 7/,
  );
  const tokens = join(folder, 'foreign-tokens.json');
  writeFileSync(tokens, JSON.stringify({ target: 'http://other', people: [] }));
  assert.match(
    await refusal(at('--accounts', accounts, '--sessions', '2', '--tokens', tokens)),
    /its sessions are of http:\/\/other, not of/,
  );
});

test('a certificate that is not trusted is one line, too', async () => {
  const server = createServer(new CertificateAuthority('Hold').issue('127.0.0.1'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = await writeAccounts(2, url);
  assert.match(
    await refusal(['-e', `BERTH_URL=${url}`, '--accounts', accounts, '--sessions', '2']),
    /its certificate is not trusted \(\w+\): --ca FILE names its authority/,
  );
  server.close();
});
