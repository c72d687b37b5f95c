import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually, OtlpReceiver, pathOf } from '@berth/fixtures';
import { befriend, closeAll, connectDevice, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const receiver = await OtlpReceiver.start();
const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER_ARG: '1' };
const platform = usePlatform({
  nodes: 2,
  environment: { gate: traced, verify: traced, status: traced, chat: traced },
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
