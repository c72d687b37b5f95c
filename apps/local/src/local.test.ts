import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { freePorts } from '@berth/stores';

const main = join(import.meta.dirname, 'main.ts');
const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'berth-local-'));
const [port, mailPort] = (await freePorts(2)) as [number, number];
const launchers: Launcher[] = [];
/** A busy machine starts eight processes in it. */
const patienceMs = 120_000;

after(async () => {
  for (const launcher of launchers) await launcher.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm start` as a process, with what it prints. */
class Launcher {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  out = '';
  err = '';

  constructor(command: string[], env: Record<string, string> = {}) {
    const [file, ...args] = command;
    this.child = spawn(file!, args, {
      cwd: root,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A coverage or test context of this process is none of the services' business.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    });
    this.child.stdout!.setEncoding('utf8').on('data', (chunk) => {
      this.out += chunk;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (chunk) => {
      this.err += chunk;
    });
    this.exited = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
    launchers.push(this);
  }

  async running(): Promise<void> {
    await eventually(
      'the screen is shown',
      () => {
        if (this.child.exitCode !== null) throw new Error(`it ended: ${this.err}`);
        return this.out.includes('Ctrl-C');
      },
      patienceMs,
    );
  }

  /** The processes that the screen names. */
  get pids(): Map<string, number> {
    return new Map(
      [...this.out.matchAll(/^ {2}([\w-]+) .* process (\d+)$/gm)].map(([, name, pid]) => [
        name!,
        Number(pid),
      ]),
    );
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

const start = (args: string[] = [], env: Record<string, string> = {}, data = 'data'): Launcher =>
  new Launcher(
    [
      ...[process.execPath, main, '--no-web', '--data', join(folder, data)],
      ...['--port', String(port), '--mail-port', String(mailPort), ...args],
    ],
    env,
  );

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const allGone = (pids: Iterable<number>): Promise<true> =>
  eventually('every process has ended', () => [...pids].every((pid) => !lives(pid)) || undefined, patienceMs);

async function call(path: string, body: object): Promise<{ status: number; body: Record<string, never> }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const email = 'ann@example.org';
const password = 'Harbour-light-9';

test('everything comes up by itself: one screen, two nodes, a mailbox, an account by its code', async () => {
  const launcher = start();
  await launcher.running();
  assert.match(launcher.out, new RegExp(`Web address +http://127\\.0\\.0\\.1:${port}\\b`));
  assert.match(launcher.out, new RegExp(`Mailbox +http://127\\.0\\.0\\.1:${mailPort}\\b`));
  assert.match(launcher.out, new RegExp(`npx berth chat --gate http://127\\.0\\.0\\.1:${port}`));
  assert.match(launcher.out, /Logs .*logs\/\*\.log/);
  assert.deepEqual(
    [...launcher.pids.keys()],
    ['gate', 'chat-1', 'chat-2', 'status', 'verify', 'files', 'mail', 'redis', 'mysql'],
  );
  assert.equal((await fetch(`http://127.0.0.1:${port}/docs`)).status, 200);

  assert.equal((await call('/v1/codes', { email, purpose: 'register' })).status, 200);
  const code = await eventually('the mail with the code', async () => {
    const mails = (await (await fetch(`http://127.0.0.1:${mailPort}/email`)).json()) as {
      to: { address: string }[];
      subject: string;
      text: string;
    }[];
    const mail = mails.find(({ to }) => to[0]!.address === email);
    return mail && /\b\d{6}\b/.exec(mail.text)?.[0];
  });
  assert.equal((await call('/v1/users', { email, code, name: 'ann', password })).status, 201);

  for (const secret of ['session-keys.json', 'ticket-secret', 'code-secret'])
    assert.equal(statSync(join(folder, 'data/secrets', secret)).mode & 0o777, 0o600);

  const { k6Env } = JSON.parse(readFileSync(join(folder, 'data/outputs.json'), 'utf8'));
  assert.equal(k6Env.BERTH_URL, `http://127.0.0.1:${port}`);
  assert.equal(k6Env.BERTH_MAIL_URL, `http://127.0.0.1:${mailPort}`);
  assert.match(k6Env.BERTH_STATUS, /^127\.0\.0\.1:\d+$/);
});

test('a second start beside it says so in one line and leaves it alone', async () => {
  const [running] = launchers;
  const second = start();
  assert.equal(await second.exited, 1);
  assert.match(
    second.err,
    new RegExp(`^berth: Berth runs already \\(process ${running!.child.pid}, [^\\n]+\\n$`),
  );
  assert.equal((await fetch(`http://127.0.0.1:${port}/docs`)).status, 200);
});

test('another start on its port says so in one line', async () => {
  const other = start([], {}, 'other');
  assert.equal(await other.exited, 1);
  assert.match(
    other.err,
    new RegExp(
      `^berth: port ${port} for the web address is in use by [^\\n]+; choose another: [^\\n]+--port \\d+\\n$`,
    ),
  );
});

test('SIGTERM stops all of it, servers after their clients', async () => {
  const launcher = launchers[0]!;
  const pids = [...launcher.pids.values()];
  launcher.child.kill('SIGTERM');
  assert.equal(await launcher.exited, 0);
  assert.ok(!existsSync(join(folder, 'data/outputs.json')));
  await allGone(pids);
  assert.deepEqual(
    [...launcher.out.matchAll(/^berth: stopping (.+)$/gm)].map(([, name]) => name),
    ['gate', 'chat-1', 'chat-2', 'status', 'verify', 'files', 'mail', 'redis', 'mysql'],
  );
});

test('the next start finds the data again; a chat node that dies is named and started again', async () => {
  const launcher = start();
  await launcher.running();
  const login = await call('/v1/sessions', { email, password });
  assert.equal(login.status, 201);

  const pids = launcher.pids;
  process.kill(pids.get('chat-2')!, 'SIGKILL');
  await eventually('it runs again', () => launcher.out.includes('chat-2 runs again'), patienceMs);
  assert.match(
    launcher.out,
    /^berth: chat-2 stopped by itself \(SIGKILL; log: .*chat-2\.log\); starting it again\nberth: chat-2 runs again \(process \d+\)$/m,
  );
  assert.equal(launcher.child.exitCode, null);
  launcher.child.stdin!.write('\n');
  await eventually(
    'Enter shows the screen as it is now',
    () => launcher.pids.get('chat-2') !== pids.get('chat-2'),
  );
  launcher.child.kill('SIGTERM');
  assert.equal(await launcher.exited, 0);
  await allGone([...pids.values(), ...launcher.pids.values()]);
});

test('+ adds a chat node while all runs, - takes it away again, and one stays', async () => {
  const launcher = start(['--nodes', '1']);
  await launcher.running();
  launcher.child.stdin!.write('+');
  await eventually(
    'there is one more',
    () => /^berth: chat-2 runs \(process \d+\)/m.test(launcher.out),
    patienceMs,
  );
  // Faster than nodes start and stop.
  launcher.child.stdin!.write('-+--');
  await eventually(
    'it stays',
    () => launcher.out.includes('berth: chat-1 is the last chat node and stays'),
    patienceMs,
  );
  const changes = launcher.out.match(/^berth: chat-2 (has stopped|runs)/gm);
  assert.deepEqual(changes, [
    'berth: chat-2 runs',
    'berth: chat-2 has stopped',
    'berth: chat-2 runs',
    'berth: chat-2 has stopped',
  ]);
  launcher.child.kill('SIGTERM');
  assert.equal(await launcher.exited, 0);
});

test('on a terminal keys need no Enter, and Ctrl-C stops it', {
  skip: spawnSync('script', ['--version']).status !== 0 && 'no script(1) here',
}, async () => {
  const command = [process.execPath, main, '--no-web', '--nodes', '1', '--data', join(folder, 'data')];
  const ports = ['--port', String(port), '--mail-port', String(mailPort)];
  const launcher = new Launcher(['script', '-qec', [...command, ...ports].join(' '), '/dev/null']);
  await launcher.running();
  launcher.child.stdin!.write('+');
  await eventually(
    'there is one more',
    () => /berth: chat-2 runs \(process \d+\)/.test(launcher.out),
    patienceMs,
  );
  launcher.child.stdin!.write('\u0003');
  assert.equal(await launcher.exited, 0);
  assert.match(launcher.out, /stopping chat-2[\s\S]*stopping mysql/);
});

test('when the launcher is killed, nothing stays behind and the next start works', {
  skip: process.platform !== 'linux',
}, async () => {
  const launcher = start();
  await launcher.running();
  const pids = [...launcher.pids.values()];
  await launcher.kill();
  await allGone(pids);
  const next = start(['--nodes', '1']);
  await next.running();
  assert.equal(next.pids.has('chat-2'), false);
  next.child.kill('SIGINT');
  assert.equal(await next.exited, 0);
});

test('Ctrl-C while it starts stops what has been started', async () => {
  const launcher = start();
  await eventually('something runs', () => launcher.out.includes('redis is ready'), patienceMs);
  launcher.child.kill('SIGINT');
  assert.equal(await launcher.exited, 0);
  assert.match(launcher.out, /stopping redis/);
  assert.equal(launcher.err, '');
});

test('a second Ctrl-C does not wait for a process that hangs', async () => {
  const launcher = start();
  await launcher.running();
  const pids = launcher.pids;
  process.kill(pids.get('gate')!, 'SIGSTOP');
  await eventually('the launcher has ended', () => {
    launcher.child.kill('SIGINT');
    return launcher.child.exitCode !== null;
  });
  assert.equal(await launcher.exited, 130);
  await allGone(pids.values());
});

test('npm start takes options, and a SIGTERM to npm stops everything', async () => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const launcher = new Launcher([
    ...[npm, 'start', '--', '--nodes', '3', '--no-web', '--data', join(folder, 'data')],
    ...['--port', String(port), '--mail-port', String(mailPort)],
  ]);
  await launcher.running();
  const pids = launcher.pids;
  assert.ok(pids.has('chat-3'));
  launcher.child.kill('SIGTERM');
  await launcher.exited;
  await allGone(pids.values());
  assert.match(launcher.out, /stopping mysql/);
});

test('a mailbox port in use is one line, before anything starts', async () => {
  const server = createServer().listen(mailPort, '127.0.0.1');
  const launcher = start();
  assert.equal(await launcher.exited, 1);
  server.close();
  assert.match(
    launcher.err,
    new RegExp(`^berth: port ${mailPort} for the mailbox is in use by [^\\n]+; [^\\n]+\\n$`),
  );
  assert.equal(launcher.out, '');
});

test('a server of one’s own that cannot be reached is one line without its password', async () => {
  const launcher = start([], { MYSQL_URL: 'mysql://berth:hush@127.0.0.1:1/berth' });
  assert.equal(await launcher.exited, 1);
  assert.match(launcher.err, /^berth: MYSQL_URL: nobody listens at 127\.0\.0\.1:1 \(connection refused\)\n$/);
  assert.equal((launcher.out + launcher.err).includes('hush'), false);
});

test('a private server that does not start is named, with its last lines', async () => {
  // It looks like a database and is none.
  mkdirSync(join(folder, 'broken/mysql/data/mysql'), { recursive: true });
  const launcher = start([], {}, 'broken');
  assert.equal(await launcher.exited, 1);
  assert.match(launcher.err, /^berth: mysql does not start: [^\n]+ \(log: .*mysql\.log\)\n {2}/);
});

test('a wrong option is one line', async () => {
  const launcher = start(['--nodes', 'many']);
  assert.equal(await launcher.exited, 1);
  assert.equal(launcher.err, 'berth: --nodes: expected a number from 1 to 32, got "many"\n');
});
