import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { OtlpReceiver, type ReceivedSpan } from '../harness/otlp-receiver.ts';
import { befriend, closeAll, connectDevice, nextEvent, nodeOf, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const receiver = await OtlpReceiver.start();
const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER_ARG: '1' };
const platform = usePlatform({
  nodes: 2,
  environment: { gate: traced, verify: traced, status: traced, chat: traced },
});
after(() => receiver.close());

/** The spans of a trace by `name of service/instance`, each behind its parent. */
function pathOf(spans: readonly ReceivedSpan[], last: ReceivedSpan): string[] {
  const path: string[] = [];
  for (let span: ReceivedSpan | undefined = last; span; ) {
    path.unshift(`${span.instance || span.service}: ${span.name}`);
    const { parentSpanId }: ReceivedSpan = span;
    span = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return path;
}

test('a message is one trace from its frame over its commit to the sessions of another node', async () => {
  const [ann, bob] = await Promise.all(
    (await seedPeople(platform, 2)).map((person) => connectDevice(platform, person)),
  );
  assert.notEqual(nodeOf(ann!), nodeOf(bob!));
  const conversation = await befriend(ann!, bob!);
  const text = 'nobody shall read this in a trace';
  const arrives = nextEvent(bob!.client, 'message', ({ message }) => message.text === text);
  await ann!.say(conversation, text);
  await arrives;
  const trace = await eventually('the whole trace came', () => {
    const sent = receiver.spans.find(
      ({ name, facts }) => name === 'frame.receive' && facts['berth.frame'] === 'send',
    );
    const spans = receiver.spans.filter(({ traceId }) => traceId === sent?.traceId);
    return spans.length >= 8 && spans;
  });
  const [here, there] = [nodeOf(ann!), nodeOf(bob!)];
  const paths = trace.map((span) => pathOf(trace, span).join(' > ')).sort();
  const receive = `${here}: frame.receive`;
  assert.deepEqual(paths, [
    receive,
    `${receive} > ${here}: append`,
    `${receive} > ${here}: append > ${here}: commit`,
    `${receive} > ${here}: judge`,
    `${receive} > ${here}: publish`,
    `${receive} > ${here}: publish > ${here}: deliver`,
    `${receive} > ${here}: publish > ${there}: peer`,
    `${receive} > ${here}: publish > ${there}: peer > ${there}: deliver`,
  ]);
  assert.ok(!receiver.text.includes(text));
  await closeAll([ann!, bob!]);
});

test('a log-in is one trace from gate to the place that status gives, and nothing secret is in any', async () => {
  const [person] = await seedPeople(platform, 1);
  const device = await connectDevice(platform, person!);
  await eventually('a log-in came', () => {
    const place = receiver.spans.find(({ service, name }) => service === 'berth-status' && name === 'place');
    const spans = receiver.spans.filter(({ traceId }) => traceId === place?.traceId);
    return (
      place !== undefined &&
      pathOf(spans, place).join(' > ') ===
        'berth-gate: POST /v1/sessions > berth-gate: status place > berth-status: place'
    );
  });
  for (const secret of [person!.password, person!.email, person!.name])
    assert.ok(!receiver.text.includes(secret));
  await closeAll([device]);
});

test('a collector that is away keeps nobody waiting', async () => {
  await receiver.close();
  const devices = await Promise.all(
    (await seedPeople(platform, 2)).map((person) => connectDevice(platform, person)),
  );
  const conversation = await befriend(devices[0]!, devices[1]!);
  for (let line = 0; line < 50; line++) await devices[0]!.say(conversation, `line ${line}`);
  assert.ok([...platform.services.values()].every(({ running }) => running));
  await closeAll(devices);
});
