import type { Log } from './log.ts';
import { noTracing, Tracing } from './tracing.ts';
import type { TracingConfig } from './tracing-config.ts';

/** Off without a configuration, and then nothing of OpenTelemetry is loaded. */
export async function openTracing(
  config: TracingConfig | undefined,
  log: Pick<Log, 'info'>,
): Promise<Tracing> {
  if (!config) return noTracing;
  const { OtlpSpans } = await import('./otlp-spans.ts');
  log.info({ share: config.share }, 'requests are traced');
  return new Tracing(new OtlpSpans(config), config.share);
}
