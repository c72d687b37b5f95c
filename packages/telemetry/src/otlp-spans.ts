import { randomFillSync } from 'node:crypto';
import { OtlpSender } from './otlp-sender.ts';
import type { SpanSource, TraceFacts, TraceKind, TraceSpan } from './tracing.ts';
import type { TracingConfig } from './tracing-config.ts';

/** As OTLP numbers them. */
const kinds: Record<TraceKind, number> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const statusError = 2;

/** Spans that are sent by OTLP over HTTP, in batches. All that are begun are recorded. */
export class OtlpSpans implements SpanSource {
  readonly #sender: OtlpSender;

  constructor(config: TracingConfig) {
    const resource = attributesOf({ ...config.attributes, 'service.name': config.service });
    this.#sender = new OtlpSender(config, `[${resource}]`);
  }

  begin(name: string, kind: TraceKind, facts: TraceFacts | undefined, parent: string | undefined): TraceSpan {
    const [traceId, parentId] =
      parent === undefined ? [randomHex(16), ''] : [traceOf(parent), spanOf(parent)];
    return new OtlpSpan(this.#sender, traceId, parentId, { name, kind, facts, links: [] });
  }

  close(): Promise<void> {
    return this.#sender.close();
  }
}

interface Begun {
  name: string;
  kind: TraceKind;
  facts: TraceFacts | undefined;
  links: readonly TraceSpan[];
}

class OtlpSpan implements TraceSpan {
  readonly #sender: OtlpSender;
  readonly #traceId: string;
  readonly #parentId: string;
  readonly #id = randomHex(8);
  readonly #begun: Begun;
  readonly #startedMs = performance.now();
  #hasEnded = false;

  constructor(sender: OtlpSender, traceId: string, parentId: string, begun: Begun) {
    this.#sender = sender;
    this.#traceId = traceId;
    this.#parentId = parentId;
    this.#begun = begun;
  }

  get traceparent(): string {
    return `00-${this.#traceId}-${this.#id}-01`;
  }

  child(
    name: string,
    { facts, kind = 'internal', links = [] }: NonNullable<Parameters<TraceSpan['child']>[1]> = {},
  ): TraceSpan {
    return new OtlpSpan(this.#sender, this.#traceId, this.#id, { name, kind, facts, links });
  }

  end(code = 'ok'): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { name, kind, facts, links } = this.#begun;
    const isFault = code !== 'ok';
    const attributes = attributesOf(isFault ? { ...facts, 'error.type': code } : facts);
    const linked = links
      .map(({ traceparent }) => `{"traceId":"${traceOf(traceparent)}","spanId":"${spanOf(traceparent)}"}`)
      .join(',');
    this.#sender.add(
      `{"traceId":"${this.#traceId}","spanId":"${this.#id}","parentSpanId":"${this.#parentId}","flags":1,` +
        `"name":${JSON.stringify(name)},"kind":${kinds[kind]},` +
        `"startTimeUnixNano":"${nanos(this.#startedMs)}","endTimeUnixNano":"${nanos(performance.now())}",` +
        `"attributes":[${attributes}],"links":[${linked}],"status":{${isFault ? `"code":${statusError}` : ''}}}`,
    );
  }
}

/** Of a `traceparent`: version, trace, span, flags. */
const traceOf = (traceparent: string): string => traceparent.slice(3, 35);
const spanOf = (traceparent: string): string => traceparent.slice(36, 52);

/** Nanoseconds since 1970, to the microsecond: a number has no more digits, and the clock tells no more. */
const nanos = (ms: number): string => `${Math.round((originMs + ms) * 1_000)}000`;
const originMs = performance.timeOrigin;

function attributesOf(facts: TraceFacts | undefined): string {
  let attributes = '';
  for (const key in facts) {
    if (attributes !== '') attributes += ',';
    attributes += `{"key":${JSON.stringify(key)},"value":${otlpValue(facts[key]!)}}`;
  }
  return attributes;
}

function otlpValue(fact: TraceFacts[string]): string {
  if (typeof fact === 'string') return `{"stringValue":${JSON.stringify(fact)}}`;
  if (typeof fact === 'boolean') return `{"boolValue":${fact}}`;
  return Number.isInteger(fact) ? `{"intValue":"${fact}"}` : `{"doubleValue":${fact}}`;
}

const pool = Buffer.alloc(8_192);
let drawn = '';
let used = 0;

/** So many random bytes; the system is asked for some hundreds at a time. */
function randomHex(bytes: number): string {
  if (used + 2 * bytes > drawn.length) {
    drawn = randomFillSync(pool).toString('hex');
    used = 0;
  }
  used += 2 * bytes;
  return drawn.slice(used - 2 * bytes, used);
}
