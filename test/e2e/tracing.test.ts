import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually, OtlpReceiver, pathOf } from '@berth/fixtures';
import { befriend, closeAll, connectDevice, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { befriend as befriendOld, twoOnTwoNodes } from '../llfcchat/old-user.ts';

const receiver = await OtlpReceiver.start();
const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER_ARG: '1' };
const platform = usePlatform({
  nodes: 2,
  environment: {
    ...{ gate: traced, status: traced, chat: traced },
    verify: { ...traced, CODES_PER_SOURCE_HOUR: '1000', CODES_PER_MINUTE: '1000' },
  },
});
after(() => receiver.close());

test('a log-in is one trace from gate to the place that status gives, and nothing secret is in any', async () => {
  const [person] = await seedPeople(platform, 1);
  const device = await connectDevice(platform, person!);
  await eventually('a log-in came', () => {
    const place = receiver.spans.find(({ service, name }) => service === 'berth-status' && name === 'place');
    const spans = receiver.spans.filter(({ traceId }) => traceId === place?.traceId);
    return (
      place !== undefined &&
      pathOf(spans, place) ===
        'berth-gate: POST /v1/sessions > berth-gate: status place > berth-status: place'
    );
  });
  for (const secret of [person!.password, person!.email, person!.name])
    assert.ok(!receiver.text.includes(secret));
  await closeAll([device]);
});

/** Of the trace that began with that frame, without the names of the nodes; none while it has not come. */
function pathsOf(frame: string): string[] {
  const root = receiver.spans.find(({ facts }) => facts['berth.frame'] === frame);
  const spans = receiver.spans.filter(({ traceId }) => traceId === root?.traceId);
  return spans.map((span) => pathOf(spans, span).replaceAll(/[\w-]+: /g, ''));
}

test('the log-in on a connection is a trace in both dialects, and so is what an old client says', async () => {
  const [person] = await seedPeople(platform, 1);
  const device = await connectDevice(platform, person!);
  const pair = await twoOnTwoNodes(platform);
  const thread = await befriendOld(pair);
  const said = await pair.annClient.ask(1017, {
    ...{ fromuid: pair.ann.uid, touid: pair.bob.uid, thread_id: thread },
    text_array: [{ unique_id: 'one', content: 'nobody shall read this in a trace' }],
  });
  assert.equal(said.error, 0, JSON.stringify(said));
  await eventually('all three came', () => {
    for (const log of ['hello', 'chatLogin'])
      assert.ok(pathsOf(log).includes('frame.receive > session.open'), log);
    const paths = pathsOf('textChat');
    for (const path of ['frame.receive > append > commit', 'frame.receive > publish > peer > deliver'])
      assert.ok(paths.includes(path), `${path} is not of ${paths}`);
    return true;
  });
  assert.ok(!receiver.text.includes('nobody shall read this'));
  await Promise.all([closeAll([device]), pair.annClient.close(), pair.bobClient.close()]);
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
