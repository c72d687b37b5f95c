import { AsyncLocalStorage } from 'node:async_hooks';

/** What is told of a span: numbers and names. No text of a message, no token, no address of a person. */
export type TraceFacts = Readonly<Record<string, string | number | boolean>>;

export type TraceKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A span that is recorded. Those that are not are `undefined`, and cost nothing. */
export interface TraceSpan {
  /** Its place in the trace for whoever goes on with it elsewhere: a `traceparent` of W3C's Trace Context. */
  readonly traceparent: string;
  /** A part of it. `links`: other traces that the same work was done for. */
  child(
    name: string,
    options?: { facts?: TraceFacts; kind?: TraceKind; links?: readonly TraceSpan[] },
  ): TraceSpan;
  /** Once. `code`: of the error that it ended with; absent, or `ok`: well. */
  end(code?: string): void;
}

/** Begins the spans of a process and hands them on. */
export interface SpanSource {
  begin(name: string, kind: TraceKind, facts: TraceFacts | undefined, parent: string | undefined): TraceSpan;
  close(): Promise<void>;
}

/**
 * Traces from a request to whatever it causes, over all services. One of so many requests is traced, which is decided where it
 * comes in; whatever goes on with a trace records it.
 */
export class Tracing {
  readonly #source: SpanSource | undefined;
  readonly #share: number;
  readonly #spans = new AsyncLocalStorage<TraceSpan>();
  /** Requests to be passed over. */
  #left: number;

  /** `share`: of the requests that come in, 0 to 1. */
  constructor(source?: SpanSource, share = 0) {
    this.#source = source;
    this.#share = share;
    this.#left = this.#drawn();
  }

  /** Whether anything is traced. Read before anything else is done for the sake of a trace. */
  get isOn(): boolean {
    return this.#source !== undefined;
  }

  /** The span within which this code runs. */
  get active(): TraceSpan | undefined {
    return this.isOn ? this.#spans.getStore() : undefined;
  }

  /** Whether the request that comes in now is one of those that get a trace. Asked once of each, before anything is done for it. */
  chooses(): boolean {
    if (this.#left > 0) {
      this.#left--;
      return false;
    }
    if (this.#source === undefined || this.#share <= 0) return false;
    this.#left = this.#drawn();
    return true;
  }

  /** A trace of its own for a request that came from outside, and was chosen. */
  begin(name: string, facts?: TraceFacts): TraceSpan | undefined {
    return this.#source?.begin(name, 'server', facts, undefined);
  }

  /** Requests that are passed over before the next one, as if each had been drawn for by itself. */
  #drawn(): number {
    if (this.#source === undefined || this.#share <= 0) return 0;
    return this.#share >= 1 ? 0 : Math.floor(Math.log(1 - Math.random()) / Math.log(1 - this.#share));
  }

  /** Goes on with a trace that another process began; undefined for what is none, or is not recorded. */
  follow(traceparent: unknown, name: string, kind: TraceKind, facts?: TraceFacts): TraceSpan | undefined {
    if (this.#source === undefined || !isRecorded(traceparent)) return undefined;
    return this.#source.begin(name, kind, facts, traceparent);
  }

  /** Runs it, and what it causes, within the span. */
  within<T>(span: TraceSpan | undefined, run: () => T): T {
    return span === undefined ? run() : this.#spans.run(span, run);
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    await this.#source?.close();
  }
}

export const noTracing = new Tracing();

/** Version, trace, span and flags, of which one says that the trace is recorded. */
const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f][13579bdf]$/;

const isRecorded = (traceparent: unknown): traceparent is string =>
  typeof traceparent === 'string' && form.test(traceparent);
