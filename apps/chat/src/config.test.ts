import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChatConfig } from './config.ts';

const required = {
  NODE_NAME: 'node-1',
  CLIENT_HOST: '127.0.0.1',
  MYSQL_URL: 'mysql://berth@127.0.0.1/berth',
  REDIS_URL: 'redis://127.0.0.1',
  GRPC_TLS: 'off',
};

test('a pod is named after its address, as its headless Service spells it', () => {
  assert.equal(parseChatConfig({ ...required, NODE_NAME: '10.244.0.17' }).node, '10-244-0-17');
  assert.equal(parseChatConfig({ ...required, NODE_NAME: 'fd00:10:244::A1' }).node, 'fd00-10-244--a1');
  assert.equal(parseChatConfig({ ...required, NODE_NAME: 'fd00:1:2:3::' }).node, 'fd00-1-2-3--0');
  assert.equal(parseChatConfig(required).node, 'node-1');
});

test('a name that is no DNS label is refused by the name of its variable', () => {
  for (const name of ['Node_1', 'a.b', '10.0.0', '10.0.0.0.1', 'fe80::1%eth0', ':1']) {
    assert.throws(() => parseChatConfig({ ...required, NODE_NAME: name }), /^EnvError: NODE_NAME/, name);
  }
});

test('what others are told may name the node', () => {
  const { advertised } = parseChatConfig({
    ...required,
    NODE_NAME: '10.0.0.7',
    CLIENT_HOST: 'chat.example.com',
    CLIENT_URL: 'wss://chat.example.com/n/{node}',
    PEER_ADDRESS: '{node}.berth-chat.berth.svc.cluster.local:50055',
  });
  assert.equal(advertised.clientHost, 'chat.example.com');
  assert.equal(advertised.clientUrl, 'wss://chat.example.com/n/10-0-0-7');
  assert.equal(advertised.peerAddress, '10-0-0-7.berth-chat.berth.svc.cluster.local:50055');
});
