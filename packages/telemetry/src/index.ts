export { createLog, type Log } from './log.ts';
export { Metrics } from './metrics.ts';
export { openTracing } from './open-tracing.ts';
export { type Check, failedChecks, OpsServer, type OpsServerOptions } from './ops-server.ts';
export { noTracing, type SpanSource, type TraceSpan, Tracing } from './tracing.ts';
export { readTracing, type TracingConfig } from './tracing-config.ts';
