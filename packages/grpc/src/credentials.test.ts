import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { VerifyServiceClient, VerifyServiceService } from '@berth/contracts/verify';
import { type Certificate, CertificateAuthority } from '@berth/fixtures';
import { ChannelCredentials, Server } from '@grpc/grpc-js';
import { call, createChannelOptions } from './client.ts';
import { channelCredentials, type GrpcTls, serverCredentials } from './credentials.ts';
import { bindServer, closeServer, createServerOptions, unary } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-tls-'));
const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
after(async () => {
  for (const close of closers.reverse()) await close();
});

const ours = new CertificateAuthority('Berth');
const theirs = new CertificateAuthority('Elsewhere');
let files = 0;

/** As a service has it mounted. */
function mounted({ cert, key }: Certificate, authority = ours): GrpcTls {
  const file = (content: string) => {
    const path = join(folder, `${++files}.pem`);
    writeFileSync(path, content);
    return path;
  };
  return { certFile: file(cert), keyFile: file(key), caFile: file(authority.cert) };
}

/** A service with that certificate; counts the calls that reach it. */
async function startService(tls: GrpcTls) {
  const service = { port: 0, calls: 0 };
  const server = new Server(createServerOptions());
  server.addService(VerifyServiceService, {
    issue: unary(async () => {
      service.calls++;
      return { resendAfterMs: 1, expiresInMs: 2 };
    }),
    redeem: unary(async () => ({ result: 0 })),
  });
  service.port = await bindServer(server, '127.0.0.1', 0, serverCredentials(tls));
  closers.push(() => closeServer(server, 0));
  return service;
}

function ask(port: number, credentials: ChannelCredentials): Promise<unknown> {
  const client = new VerifyServiceClient(`127.0.0.1:${port}`, credentials, createChannelOptions());
  closers.push(() => client.close());
  const request = {
    email: '',
    purpose: 0,
    source: '',
    deliver: false,
    locale: '',
    hasAccount: false,
  } as const;
  return call(client.issue.bind(client), request, { deadlineMs: 3_000 });
}

test('a service answers whoever shows a certificate of the authority', async () => {
  const service = await startService(mounted(ours.issue('127.0.0.1')));
  await ask(service.port, channelCredentials(mounted(ours.issue('gate'))));
  assert.equal(service.calls, 1);
});

test('nobody else reaches it: in plain text, without a certificate, or with one of another authority', async () => {
  const service = await startService(mounted(ours.issue('127.0.0.1')));
  const strangers = {
    'plain text': ChannelCredentials.createInsecure(),
    'no certificate': ChannelCredentials.createSsl(Buffer.from(ours.cert)),
    'another authority': channelCredentials(mounted(theirs.issue('gate'))),
  };
  for (const [name, credentials] of Object.entries(strangers))
    await assert.rejects(ask(service.port, credentials), name);
  assert.equal(service.calls, 0);
});

test('a caller tells nothing to a service of another authority or of another name', async () => {
  const impostors = [mounted(theirs.issue('127.0.0.1')), mounted(ours.issue('status.example.org'))];
  for (const impostor of impostors) {
    const service = await startService(impostor);
    await assert.rejects(ask(service.port, channelCredentials(mounted(ours.issue('gate')))));
    assert.equal(service.calls, 0);
  }
});
