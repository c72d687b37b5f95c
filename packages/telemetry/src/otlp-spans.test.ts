import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { OtlpSpans } from './otlp-spans.ts';

interface Sent {
  headers: Record<string, unknown>;
  resource: unknown;
  spans: Record<string, unknown>[];
}

/** A collector that keeps what it is sent, as it was written. */
async function collector(t: { after(end: () => void): void }) {
  const sent: Sent[] = [];
  const spans = () => sent.flatMap((batch) => batch.spans);
  const enough = { count: Number.POSITIVE_INFINITY, resolve: () => {} };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as {
      resourceSpans: [{ resource: unknown; scopeSpans: [{ spans: Sent['spans'] }] }];
    };
    const [{ resource, scopeSpans }] = resourceSpans;
    sent.push({ headers: request.headers, resource, spans: scopeSpans[0].spans });
    if (spans().length >= enough.count) enough.resolve();
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  const config = { url, headers: { 'x-key': 'one' }, service: 'berth-chat', share: 1 };
  const create = () => new OtlpSpans({ ...config, attributes: { 'service.instance.id': 'node-1' } });
  /** Resolves when so many have come, by a batch that is yet to come. */
  const reached = (count: number) =>
    new Promise<void>((resolve) => {
      Object.assign(enough, { count, resolve });
    });
  return { sent, create, spans, reached };
}

test('a span is what OTLP says: ids, times, attributes by their kind, links and the error that it ended with', async (t) => {
  const { sent, create } = await collector(t);
  const source = create();
  const facts = { text: 'with "quotes"', whole: 7, part: 0.5, is: true };
  const other = source.begin('other', 'server', undefined, undefined);
  const root = source.begin('root', 'server', facts, undefined);
  const child = root.child('child', { kind: 'client', links: [other] });
  child.end('unavailable');
  child.end();
  root.end();
  other.end();
  const follower = source.begin('follower', 'consumer', undefined, root.traceparent);
  follower.end();
  await source.close();
  assert.equal(sent.length, 1, 'one batch');
  const [{ headers, resource, spans }] = sent as [Sent];
  assert.equal(headers['x-key'], 'one');
  assert.deepEqual(resource, {
    attributes: [
      { key: 'service.instance.id', value: { stringValue: 'node-1' } },
      { key: 'service.name', value: { stringValue: 'berth-chat' } },
    ],
  });
  assert.deepEqual(
    spans.map(({ name }) => name),
    ['child', 'root', 'other', 'follower'],
    'each once',
  );
  const [childSpan, rootSpan, otherSpan, followerSpan] = spans as [Record<string, unknown>, ...typeof spans];
  for (const { traceId, spanId, startTimeUnixNano, endTimeUnixNano } of spans) {
    assert.match(`${traceId}`, /^[0-9a-f]{32}$/);
    assert.match(`${spanId}`, /^[0-9a-f]{16}$/);
    assert.ok(BigInt(`${startTimeUnixNano}`) <= BigInt(`${endTimeUnixNano}`));
  }
  assert.deepEqual(rootSpan!.attributes, [
    { key: 'text', value: { stringValue: 'with "quotes"' } },
    { key: 'whole', value: { intValue: '7' } },
    { key: 'part', value: { doubleValue: 0.5 } },
    { key: 'is', value: { boolValue: true } },
  ]);
  assert.deepEqual(
    [rootSpan!.kind, childSpan.kind, followerSpan!.kind, rootSpan!.status, rootSpan!.parentSpanId],
    [2, 3, 5, {}, ''],
  );
  assert.deepEqual(childSpan.attributes, [{ key: 'error.type', value: { stringValue: 'unavailable' } }]);
  assert.deepEqual(childSpan.status, { code: 2 });
  assert.deepEqual(childSpan.links, [{ traceId: otherSpan!.traceId, spanId: otherSpan!.spanId }]);
  for (const { traceId, parentSpanId } of [childSpan, followerSpan!])
    assert.deepEqual([traceId, parentSpanId], [rootSpan!.traceId, rootSpan!.spanId]);
  assert.equal(root.traceparent, `00-${rootSpan!.traceId}-${rootSpan!.spanId}-01`);
});

test('spans go in batches, one after the other, and what is beyond the bound is dropped', async (t) => {
  const { sent, create, spans, reached } = await collector(t);
  const source = create();
  const wholeBatches = reached(2_048);
  for (let at = 0; at < 10_000; at++) source.begin(`span ${at}`, 'internal', undefined, undefined).end();
  await wholeBatches;
  await source.close();
  assert.ok(spans().length < 5_000, `${spans().length}`);
  assert.ok(sent.every((batch) => batch.spans.length <= 512));
});

test('without a collector the end waits for nobody', async () => {
  const config = { url: 'http://127.0.0.1:1/v1/traces', headers: {}, service: 'x', share: 1, attributes: {} };
  const source = new OtlpSpans(config);
  for (let at = 0; at < 3_000; at++) source.begin('span', 'internal', undefined, undefined).end();
  await source.close();
});
