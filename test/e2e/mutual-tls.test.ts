import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerServiceService } from '@berth/contracts/chat';
import { StatusServiceService } from '@berth/contracts/status';
import { VerifyServiceService } from '@berth/contracts/verify';
import { CertificateAuthority } from '@berth/fixtures';
import { ChannelCredentials, Client, type MethodDefinition } from '@grpc/grpc-js';
import {
  befriend,
  closeAll,
  connectInTurn,
  type Device,
  nodeOf,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({ nodes: 2, mutualTls: true });

test('services that speak mutual TLS place, relay and mail as ever', async () => {
  const devices = await connectInTurn(platform, await seedPeople(platform, 2));
  const [ann, bob] = devices as [Device, Device];
  assert.notEqual(nodeOf(ann), nodeOf(bob));
  const conversation = await befriend(ann, bob);
  for (let index = 0; index < 10; index++) await ann.say(conversation, `line ${index}`);
  await settle(platform, devices, [conversation]);
  assert.deepEqual(await verdict(platform, devices, [conversation]), []);
  await ann.client.sendCode({ email: ann.person.email, purpose: 'reset' });
  assert.match(await platform.mailbox.code(ann.person.email), /^\d{6}$/);
  await closeAll(devices);
});

/** Calls a method, of whatever kind, with nothing in it; resolves with the error, or with `answered`. */
function tryMethod(client: Client, method: MethodDefinition<unknown, unknown>): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = method;
  const nothing = method.requestDeserialize(Buffer.alloc(0));
  const options = { deadline: Date.now() + 20_000 };
  return new Promise((resolve) => {
    if (!method.requestStream && !method.responseStream) {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, nothing, options, (error) =>
        resolve(error ? error.message : 'answered'),
      );
      return;
    }
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, options);
    stream.on('error', (error) => resolve(error.message));
    stream.on('data', () => resolve('answered'));
    stream.write(nothing);
  });
}

test('no method of any service is done for a stranger: in plain text, without a certificate, or with another authority’s', async () => {
  const doors = { verify: VerifyServiceService, status: StatusServiceService, 'chat-1': PeerServiceService };
  const elsewhere = new CertificateAuthority('Elsewhere');
  const { cert, key } = elsewhere.issue('127.0.0.1');
  // Whom the stranger takes for right does not matter: what is looked at is that the service does not take the stranger.
  const trusting = { rejectUnauthorized: false } as const;
  const strangers = {
    'plain text': ChannelCredentials.createInsecure(),
    'no certificate': ChannelCredentials.createSsl(null, null, null, trusting),
    'another authority': ChannelCredentials.createSsl(null, Buffer.from(key), Buffer.from(cert), trusting),
  };
  for (const [service, definition] of Object.entries(doors)) {
    for (const [name, credentials] of Object.entries(strangers)) {
      const client = new Client(`127.0.0.1:${platform.grpcPorts.get(service)}`, credentials);
      for (const method of Object.values(definition) as MethodDefinition<unknown, unknown>[]) {
        const outcome = await tryMethod(client, method);
        assert.match(outcome, /^14 UNAVAILABLE/, `${service} ${method.path}, ${name}`);
      }
      client.close();
    }
  }
});
