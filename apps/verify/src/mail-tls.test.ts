import assert from 'node:assert/strict';
import { connect, createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { Purpose, VerifyServiceClient } from '@berth/contracts/verify';
import { useMailServer, useRedis } from '@berth/fixtures';
import { call, channelCredentials } from '@berth/grpc';
import { createLog } from '@berth/telemetry';
import { createVerify } from './app.ts';
import { parseVerifyConfig } from './config.ts';

const store = useRedis();
const plain = useMailServer();
const secured = useMailServer({ startTls: true });

/** Asks a verify of its own, with this address of a mail server, for a code; true when it takes the task. */
async function issues(smtpUrl: string, environment: Record<string, string> = {}): Promise<boolean> {
  const log = createLog('verify', 'silent');
  const verify = createVerify(
    parseVerifyConfig({
      ...{ GRPC_HOST: '127.0.0.1', GRPC_PORT: '0', OPS_HOST: '127.0.0.1', OPS_PORT: '0' },
      ...{ REDIS_URL: store.url, SMTP_URL: smtpUrl, CODE_SECRET: 'a secret of this test' },
      ...{ CODE_RESEND_SECONDS: '0', ...environment },
    }),
    { log },
  );
  await verify.start();
  const client = new VerifyServiceClient(`127.0.0.1:${verify.ports.grpc}`, channelCredentials(undefined));
  try {
    const request = { email: 'ann@example.org', purpose: Purpose.PURPOSE_REGISTER, source: '192.0.2.1' };
    await call(
      client.issue.bind(client),
      { ...request, deliver: true, locale: '', hasAccount: false },
      { deadlineMs: 15_000 },
    );
    return true;
  } catch (error) {
    assert.equal((error as { code: string }).code, 'unavailable');
    return false;
  } finally {
    client.close();
    // Waits for the mail.
    await verify.close();
  }
}

const withPassword = (url: string): string => url.replace('//', '//ann:secret@');

test('a password is not sent to a server that offers no TLS', async () => {
  assert.equal(await issues(withPassword(plain.url)), false);
  assert.deepEqual(plain.passwords, []);
  assert.equal(plain.mails.length, 0);
});

test('nor to one whose certificate nobody knows', async () => {
  assert.equal(await issues(withPassword(secured.url)), false);
  assert.deepEqual(secured.passwords, []);
});

test('nor where somebody on the way takes the offer of TLS away', async () => {
  const stripping = await stripsStartTls(Number(new URL(secured.url).port));
  assert.equal(await issues(`smtp://ann:secret@127.0.0.1:${stripping}`), false);
  assert.deepEqual(secured.passwords, []);
});

test('it is where the operator says so by name; without a password mails go in plain', async () => {
  assert.equal(await issues(withPassword(plain.url), { SMTP_PLAIN_PASSWORD: 'true' }), true);
  await plain.mailTo('ann@example.org', 1);
  const shown = plain.passwords.length;
  assert.deepEqual([...new Set(plain.passwords)], ['secret']);
  assert.equal(await issues(plain.url), true);
  await plain.mailTo('ann@example.org', 2);
  assert.equal(plain.passwords.length, shown);
});

/** A proxy in whose answers STARTTLS is spelled differently; its port. */
async function stripsStartTls(port: number): Promise<number> {
  const server: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.pipe(upstream);
    upstream.on('data', (chunk) =>
      client.write(chunk.toString('latin1').replace('STARTTLS', 'XXXXXXXX'), 'latin1'),
    );
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}
