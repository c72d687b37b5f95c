import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noTracing, type SpanSource, type TraceSpan, Tracing } from './tracing.ts';
import { readTracing } from './tracing-config.ts';

/** Counts what is begun. */
function counted(share: number) {
  const begun: (string | undefined)[] = [];
  const span: TraceSpan = { traceparent: 'here', child: () => span, end: () => {} };
  const source: SpanSource = {
    begin: (_name, _kind, _facts, parent) => {
      begun.push(parent);
      return span;
    },
    close: async () => {},
  };
  return { begun, tracing: new Tracing(source, share) };
}

const recorded = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('nothing is traced unless it was asked for', () => {
  assert.equal(readTracing({}, 'chat'), undefined);
  assert.equal(noTracing.isOn, false);
  assert.equal(noTracing.chooses(), false);
  assert.equal(noTracing.begin('x'), undefined);
  assert.equal(noTracing.follow(recorded, 'x', 'server'), undefined);
  assert.equal(
    noTracing.within(undefined, () => noTracing.active),
    undefined,
  );
});

test('so many requests are traced, and whatever goes on with a recorded trace', async () => {
  for (const [share, count] of [
    [0, 0],
    [1, 100],
  ] as const) {
    const { begun, tracing } = counted(share);
    for (let round = 0; round < 100; round++) if (tracing.chooses()) tracing.begin('x');
    assert.equal(begun.length, count);
    assert.ok(tracing.follow(recorded, 'x', 'server'));
    for (const none of [recorded.replace(/01$/, '00'), recorded.replace(/^00/, 'ff'), '', undefined, 7, 'x'])
      assert.equal(tracing.follow(none, 'x', 'server'), undefined);
    assert.equal(begun.length, count + 1);
  }
  const { tracing: some } = counted(0.05);
  const chosen = Array.from({ length: 100_000 }, () => some.chooses());
  const count = chosen.filter(Boolean).length;
  assert.ok(count > 4_000 && count < 6_000, `${count} of 5,000`);
  const behindEachOther = chosen.filter((is, at) => is && chosen[at + 1]).length;
  assert.ok(behindEachOther > 100 && behindEachOther < 500, `${behindEachOther} of 250: each by itself`);
  const { tracing } = counted(1);
  const span = tracing.begin('x');
  await tracing.within(span, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(tracing.active, span);
  });
  assert.equal(tracing.active, undefined);
});

test('OpenTelemetry’s own variables say where and how much', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318/';
  const read = (more: Record<string, string> = {}) =>
    readTracing({ OTEL_EXPORTER_OTLP_ENDPOINT, NODE_NAME: 'chat-1', ...more }, 'chat');
  assert.deepEqual(read(), {
    url: 'http://collector:4318/v1/traces',
    headers: {},
    service: 'berth-chat',
    attributes: { 'service.instance.id': 'chat-1' },
    share: 0.01,
  });
  const set = read({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://other/x',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a,x=y',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_SERVICE_NAME: 'mine',
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  })!;
  assert.deepEqual(
    [set.url, set.headers, set.service, set.share],
    ['https://other/x', { authorization: 'Bearer a', x: 'y' }, 'mine', 0.5],
  );
  assert.equal(read({ OTEL_TRACES_SAMPLER: 'always_on' })!.share, 1);
  assert.equal(read({ OTEL_SDK_DISABLED: 'true' }), undefined);
  for (const [wrong, message] of [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT/],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /OTEL_TRACES_SAMPLER/],
    [{ OTEL_TRACES_SAMPLER_ARG: '7' }, /OTEL_TRACES_SAMPLER_ARG/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'secret' }, /^(?!.*secret).*OTEL_EXPORTER_OTLP_HEADERS/],
  ] as [Record<string, string>, RegExp][])
    assert.throws(() => read(wrong), { message });
});
