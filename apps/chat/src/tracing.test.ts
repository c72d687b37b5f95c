import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually, OtlpReceiver, pathOf } from '@berth/fixtures';
import { useChatFleet } from './chat-fleet.fixture.ts';

const receiver = await OtlpReceiver.start();
const fleet = useChatFleet(2, {
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_TRACES_SAMPLER_ARG: '1',
});
after(() => receiver.close());

test('a message is one trace from its frame over its commit to the sessions of another node', async () => {
  const users = [await fleet.user(), await fleet.user()] as [number, number];
  const ann = await fleet.logIn('node-1', users[0]);
  const bob = await fleet.logIn('node-2', users[1]);
  const created = await ann.ask('groupCreate', { cid: 'g', title: 'group', members: [bob.user] });
  const { conversation } = created.conversation;
  const text = 'nobody shall read this in a trace';
  await ann.ask('send', { conversation, cid: 'one', text });
  assert.equal((await bob.next('deliver')).text, text);
  const [here, there] = ['node-1', 'node-2'];
  const receive = `${here}: frame.receive`;
  const expected = [
    receive,
    `${receive} > ${here}: append`,
    `${receive} > ${here}: append > ${here}: commit`,
    `${receive} > ${here}: judge`,
    `${receive} > ${here}: publish`,
    `${receive} > ${here}: publish > ${here}: deliver`,
    `${receive} > ${here}: publish > ${there}: peer`,
    `${receive} > ${here}: publish > ${there}: peer > ${there}: deliver`,
  ];
  let paths: string[] = [];
  await eventually('the whole trace came', () => {
    const sent = receiver.spans.find(({ facts }) => facts['berth.frame'] === 'send');
    const trace = receiver.spans.filter(({ traceId }) => traceId === sent?.traceId);
    paths = trace.map((span) => pathOf(trace, span)).sort();
    return paths.length >= expected.length;
  });
  assert.deepEqual(paths, expected);
  assert.ok(!receiver.text.includes(text));
});

test('messages that were committed together are one append, a part of one trace with links to the others', async () => {
  const users = [await fleet.user(), await fleet.user()] as [number, number];
  const ann = await fleet.logIn('node-1', users[0]);
  const created = await ann.ask('groupCreate', { cid: 'h', title: 'group', members: [users[1]] });
  const { conversation } = created.conversation;
  const cids = Array.from({ length: 20 }, (_, at) => `many ${at}`);
  await Promise.all(cids.map((cid) => ann.ask('send', { conversation, cid, text: cid })));
  await eventually('an append came with links', () =>
    receiver.spans.some(
      ({ name, links, facts }) =>
        name === 'append' && links.length > 0 && Number(facts['berth.batch.messages']) === links.length + 1,
    ),
  );
});

test('with the collector away messages are stored and delivered as ever', async () => {
  await receiver.close();
  const users = [await fleet.user(), await fleet.user()] as [number, number];
  const ann = await fleet.logIn('node-1', users[0]);
  const bob = await fleet.logIn('node-2', users[1]);
  const created = await ann.ask('groupCreate', { cid: 'i', title: 'group', members: [bob.user] });
  const { conversation } = created.conversation;
  for (let at = 1; at <= 20; at++)
    assert.equal((await ann.ask('send', { conversation, cid: `${at}`, text: `${at}` })).seq > 0, true);
  for (let at = 1; at <= 20; at++) assert.equal((await bob.next('deliver')).text, `${at}`);
});
