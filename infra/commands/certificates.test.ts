import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { services } from '../secrets.ts';
import { createAuthority, issueServiceTls, type Pair } from './certificates.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const authority = await createAuthority();
const issued = await issueServiceTls(authority, 'berth');

/** Whether a client with one certificate and a server with another accept each other under that name. */
async function handshake(
  client: Pair,
  server: Pair,
  servername: string,
  ca = issued.authority,
): Promise<boolean> {
  const optionsOf = ({ certificate: cert, key }: Pair) => ({ cert, key, ca });
  const listener = createServer(
    { ...optionsOf(server), requestCert: true, rejectUnauthorized: true },
    (socket) => {
      socket.on('error', () => {});
      socket.end('welcome');
    },
  ).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const socket = connect({ ...optionsOf(client), host: '127.0.0.1', port, servername });
  try {
    const welcome = await Promise.race([
      once(socket, 'data').then(([data]) => String(data)),
      once(socket, 'close').then(() => ''),
    ]);
    return welcome === 'welcome';
  } catch {
    return false;
  } finally {
    socket.destroy();
    listener.close();
  }
}

test('services accept each other by the names that the chart gives them', async () => {
  assert.ok(await handshake(issued.gate, issued.verify, 'berth-verify.berth.svc.cluster.local'));
  assert.ok(await handshake(issued.chat, issued.status, 'berth-status.berth.svc.cluster.local'));
  assert.ok(await handshake(issued.chat, issued.chat, '10-0-0-7.berth-chat.berth.svc.cluster.local'));
});

test('a service is not taken for another, nor in another namespace', async () => {
  assert.ok(!(await handshake(issued.gate, issued.chat, 'berth-status.berth.svc.cluster.local')));
  assert.ok(!(await handshake(issued.gate, issued.status, 'berth-status.other.svc.cluster.local')));
});

test('who has a certificate of another authority is refused', async () => {
  const other = await issueServiceTls(await createAuthority(), 'berth');
  assert.ok(!(await handshake(other.gate, issued.verify, 'berth-verify.berth.svc.cluster.local')));
});

test('leaves cannot sign, last a year, and come from an authority of ten years', () => {
  const root = new X509Certificate(authority.certificate);
  assert.ok(root.ca);
  for (const service of services) {
    const leaf = new X509Certificate(issued[service].certificate);
    assert.ok(!leaf.ca);
    assert.ok(leaf.checkIssued(root) && leaf.verify(root.publicKey));
    assert.ok(leaf.subjectAltName?.includes(`DNS:berth-${service}.berth.svc.cluster.local`));
    const days = (leaf.validToDate.getTime() - Date.now()) / dayMs;
    assert.ok(days > 364 && days <= 365, String(days));
  }
  assert.ok((root.validToDate.getTime() - Date.now()) / dayMs > 3_600);
});

test('new leaves of the same authority and old ones trust each other while pods are replaced', async () => {
  const renewed = await issueServiceTls(authority, 'berth');
  assert.notEqual(renewed.gate.certificate, issued.gate.certificate);
  assert.ok(await handshake(renewed.gate, issued.verify, 'berth-verify.berth.svc.cluster.local'));
  assert.ok(await handshake(issued.gate, renewed.verify, 'berth-verify.berth.svc.cluster.local'));
});
