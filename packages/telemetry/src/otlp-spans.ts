import {
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { SpanSource, TraceFacts, TraceKind, TraceSpan } from './tracing.ts';
import type { TracingConfig } from './tracing-config.ts';

/** Spans that wait to be sent at most; further ones are dropped. A collector that is away costs no more than that. */
const maxWaiting = 2_048;
const exportTimeoutMs = 5_000;
const sendEveryMs = 2_000;

const kinds: Record<TraceKind, SpanKind> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Spans that are sent by OTLP over HTTP, in batches. All that are begun are recorded. */
export class OtlpSpans implements SpanSource {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor({ url, headers, service, attributes }: TracingConfig) {
    const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: exportTimeoutMs });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        ...attributes,
        'service.name': service,
      }),
      sampler: new AlwaysOnSampler(),
      spanProcessors: [
        new BatchSpanProcessor({ exporter, maxQueueSize: maxWaiting, scheduledDelayMillis: sendEveryMs }),
      ],
    });
    this.#tracer = this.#provider.getTracer('berth');
  }

  begin(name: string, kind: TraceKind, facts: TraceFacts | undefined, parent: string | undefined): TraceSpan {
    const context =
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(parent));
    const options = { kind: kinds[kind], ...(facts && { attributes: { ...facts } }) };
    return new OtlpSpan(this.#tracer, this.#tracer.startSpan(name, options, context));
  }

  async close(): Promise<void> {
    // What a collector does not take any more is lost; a process ends nevertheless.
    await this.#provider.shutdown().catch(() => {});
  }
}

class OtlpSpan implements TraceSpan {
  readonly #tracer: Tracer;
  readonly #span: Span;

  constructor(tracer: Tracer, span: Span) {
    this.#tracer = tracer;
    this.#span = span;
  }

  get traceparent(): string {
    const { traceId, spanId } = this.#span.spanContext();
    return `00-${traceId}-${spanId}-01`;
  }

  child(
    name: string,
    { facts, kind = 'internal', links = [] }: NonNullable<Parameters<TraceSpan['child']>[1]> = {},
  ): TraceSpan {
    const options = {
      kind: kinds[kind],
      ...(facts && { attributes: { ...facts } }),
      links: links.map((link) => ({ context: contextOf(link.traceparent) })),
    };
    const span = this.#tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, this.#span));
    return new OtlpSpan(this.#tracer, span);
  }

  end(code = 'ok'): void {
    if (code !== 'ok') {
      this.#span.setAttribute('error.type', code);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

function contextOf(traceparent: string): SpanContext {
  const [, traceId, spanId] = traceparent.split('-') as [string, string, string];
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}
