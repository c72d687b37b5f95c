import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { CertificateAuthority } from '@berth/fixtures';
import { parseRunRequest } from './arguments.ts';

const main = join(import.meta.dirname, 'main.ts');

/** Runs the command as a person does, and expects one line and the code of a run that could not begin. */
async function refusal(args: string[], wrapper: string[] = []): Promise<string> {
  const [command, ...rest] = [...wrapper, process.execPath, main, ...args];
  const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>(
    (resolve) =>
      execFile(command!, rest, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      ),
  );
  assert.equal(code, 2, `${stdout}${stderr}`);
  assert.equal(stdout, '');
  assert.match(stderr, /^load: [^\n]+\n$/);
  return stderr.slice('load: '.length, -1);
}

const answers = (status: number, body: unknown): RequestListener => {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
};

/** What the checks ask of gate, of the mailbox, and of the log-in. */
const asBerth: RequestListener = (request, response) => {
  const [status, body] = request.url!.startsWith('/v1/platform')
    ? [200, { invites: true }]
    : request.url!.startsWith('/v1/sessions')
      ? [401, { error: { code: 'bad_credentials', message: 'E-mail address or password is wrong.' } }]
      : [200, []];
  answers(status, body)(request, response);
};

describe('what would spoil a run is one line before it begins', () => {
  const servers: Server[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'berth-load-'));
  let berth = '';

  async function serve(server: Server): Promise<string> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  before(async () => {
    berth = `http://${await serve(createServer(asBerth))}`;
  });
  after(() => {
    for (const server of servers) {
      server.closeAllConnections?.();
      server.close();
    }
    rmSync(folder, { recursive: true });
  });

  const at = (url: string) => ['--profile', 'smoke', '-e', `BERTH_URL=${url}`];

  /** The same line, without a process for each of many. */
  const refused = (args: string[], line: RegExp) =>
    assert.throws(() => parseRunRequest(args), { name: 'InputError', message: line });

  test('a command line that cannot be understood', async () => {
    assert.match(await refusal([]), /^--profile is missing: one of smoke, load, storm, soak$/);
    refused(['--profile', 'smok'], /^--profile smok: one of smoke/);
    refused(['--profil', 'smoke'], /--profil.*--help shows the options$/);
    refused(['--profile', 'smoke', '--seconds', '1m'], /--seconds 1m: expected a whole number/);
    refused(['--profile', 'smoke', '-e', 'BERTH_ULR=x'], /no such variable; there are BERTH_URL/);
  });

  test('a threshold with a typing error', async () => {
    const threshold = (text: string, line: RegExp) => refused([...at(berth), '--threshold', text], line);
    threshold('berth_ack_ms: p99<5', /expected such as p\(99\)<250$/);
    threshold('berth_ack_ms: p(9x)<5', /p\(9x\): a trend has avg, min, med, max or p\(N\)$/);
    threshold('berth_ack_ms: p(101)<5', /p\(101\): a trend has/);
    threshold('berth_lost: p(99)<5', /p\(99\): a counter has count or rate$/);
    threshold('berth_lost: count=0', /=: expected <, <=, >, >=, == or !=$/);
    threshold('berth_ack_ms: p(99)<5ms', /5ms: expected a number$/);
    threshold('p(99)<5', /expected METRIC: EXPRESSION/);
    assert.match(
      await refusal([...at(berth), '--threshold', 'berth_akc_ms: p(99)<5']),
      /no metric berth_akc_ms; did you mean berth_ack_ms\?$/,
    );
  });

  test('a target that does not answer', async () => {
    const gone = createServer();
    const address = await serve(gone);
    await new Promise((resolve) => gone.close(resolve));
    assert.match(
      await refusal(at(`http://${address}`)),
      /does not answer: nobody listens there \(is Berth up\?\)$/,
    );
    assert.match(await refusal(at('http://berth.invalid')), /the name berth\.invalid is not known/);
    assert.match(
      await refusal(at('chat.example.org')),
      /BERTH_URL: chat\.example\.org: expected http\[s\]:\/\//,
    );

    const silent = createTcpServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    assert.match(await refusal(at(`http://127.0.0.1:${port}`)), /does not answer: no answer in 5 s/);
    silent.close();
  });

  test('a target that is something else', async () => {
    const other = `http://${await serve(createServer(answers(404, 'not here')))}`;
    assert.match(await refusal(at(other)), /answers, but not as Berth does \(GET \/v1\/platform: 404\)$/);
    assert.match(
      await refusal([...at(berth), '-e', `BERTH_MAIL_URL=${other}`]),
      /answers, but is no mail catcher \(GET \/email: 404\)$/,
    );
    assert.match(
      await refusal([...at(berth), '-e', 'BERTH_STATUS=somewhere']),
      /BERTH_STATUS: somewhere: expected host:port$/,
    );
    assert.match(
      await refusal([...at(berth), '-e', 'BERTH_STATUS=127.0.0.1:1']),
      /BERTH_STATUS: 127\.0\.0\.1:1 does not answer: nobody listens there$/,
    );
  });

  test('a wrong certificate', async () => {
    const authority = new CertificateAuthority('Load');
    const file = join(folder, 'ca.pem');
    writeFileSync(file, authority.cert);
    const secure = await serve(createTlsServer(authority.issue('127.0.0.1'), asBerth));
    const named = await serve(createTlsServer(authority.issue('chat.example.org'), asBerth));
    assert.match(
      await refusal(at(`https://${secure}`)),
      /its certificate is not trusted \(\w+\): --ca FILE names its authority/,
    );
    assert.match(
      await refusal([...at(`https://${named}`), '--ca', file]),
      /its certificate is for another name than 127\.0\.0\.1/,
    );
    assert.match(await refusal(at(berth.replace('http:', 'https:'))), /does not speak TLS/);
    assert.match(
      await refusal([...at(`https://${secure}`), '--ca', join(folder, 'no.pem')]),
      /cannot be read \(ENOENT\)$/,
    );
    // With its authority, and with any, the next check is the one that speaks.
    for (const trust of [['--ca', file], ['--insecure']])
      assert.match(
        await refusal([...at(`https://${secure}`), ...trust]),
        /has no mail catcher to register people with/,
      );
  });

  test('an account file that does not match', async () => {
    const file = join(folder, 'accounts.json');
    const person = (id: number) => ({ id, email: `p${id}@example.org`, password: 'Harbour-light-9' });
    const seven = Array.from({ length: 7 }, (_, index) => person(index + 1));
    const accounts = async (content: unknown) => {
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return refusal([...at(berth), '--accounts', file]);
    };
    assert.match(
      await refusal([...at(berth), '--accounts', '/nowhere']),
      /--accounts \/nowhere: cannot be read \(ENOENT\)$/,
    );
    assert.match(await accounts('people'), /accounts\.json: not JSON$/);
    assert.match(await accounts([]), /expected \{"target", "people"\}/);
    assert.match(
      await accounts({ target: 'http://other', people: seven }),
      /its people are of http:\/\/other, not of/,
    );
    assert.match(
      await accounts({ target: berth, people: seven.slice(1) }),
      /has 6 people, and 7 are needed$/,
    );
    assert.match(
      await accounts({ target: berth, people: [...seven.slice(1), {}] }),
      /person 7 has no id, email or password$/,
    );
    assert.match(await accounts({ target: berth, people: [...seven, person(1)] }), /names somebody twice$/);
    assert.match(
      await accounts({ target: berth, people: seven }),
      /does not let p1@example\.org in \(bad_credentials\)$/,
    );
  });

  test('too few file descriptors', async () => {
    const few = ['sh', '-c', 'ulimit -n 300 && exec "$@"', 'sh'];
    const args = ['--profile', 'storm', '-e', `BERTH_URL=${berth}`];
    assert.match(
      await refusal(args, few),
      /the profile needs 900 file descriptors and a process may have 300/,
    );
  });

  test('outputs of a stack that say nothing', async () => {
    const file = join(folder, 'outputs.json');
    writeFileSync(file, '{"url":"http://localhost:8080"}');
    assert.match(await refusal(['--profile', 'smoke', '--outputs', file]), /no output k6Env with BERTH_URL/);
    writeFileSync(file, '…');
    assert.match(
      await refusal(['--profile', 'smoke', '--outputs', file]),
      /not JSON; expected what pulumi stack output/,
    );
    assert.match(
      await refusal(['--profile', 'smoke', '--outputs', join(folder, 'none')]),
      /cannot be read \(ENOENT\)$/,
    );
  });
});
