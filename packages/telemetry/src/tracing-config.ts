import { EnvError } from '@berth/env';

export interface TracingConfig {
  /** Where spans are sent to, the path included. */
  url: string;
  headers: Record<string, string>;
  service: string;
  attributes: Record<string, string>;
  /** Part of the requests that are traced, 0 to 1. */
  share: number;
}

const defaultShare = 0.01;

/**
 * What OpenTelemetry's own variables say, as far as Berth knows them; undefined while no endpoint is named. Throws EnvError that
 * names the variable at fault, and shows no header.
 */
export function readTracing(
  source: Record<string, string | undefined>,
  service: string,
): TracingConfig | undefined {
  const base = source.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url =
    source.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || (base ? `${base.replace(/\/+$/, '')}/v1/traces` : undefined);
  if (!url || source.OTEL_SDK_DISABLED === 'true') return undefined;
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new EnvError('OTEL_EXPORTER_OTLP_ENDPOINT: expected an address such as http://collector:4318');
  const sampler = source.OTEL_TRACES_SAMPLER || 'parentbased_traceidratio';
  if (!samplers.includes(sampler))
    throw new EnvError(`OTEL_TRACES_SAMPLER: expected one of ${samplers.join(', ')}`);
  const share = Number(source.OTEL_TRACES_SAMPLER_ARG || defaultShare);
  if (!(share >= 0 && share <= 1))
    throw new EnvError('OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1');
  return {
    url,
    headers: pairsOf('OTEL_EXPORTER_OTLP_HEADERS', source.OTEL_EXPORTER_OTLP_HEADERS),
    service: source.OTEL_SERVICE_NAME || `berth-${service}`,
    attributes: {
      ...(source.BERTH_VERSION && { 'service.version': source.BERTH_VERSION }),
      ...(source.NODE_NAME && { 'service.instance.id': source.NODE_NAME }),
      ...pairsOf('OTEL_RESOURCE_ATTRIBUTES', source.OTEL_RESOURCE_ATTRIBUTES),
    },
    share: sampler.endsWith('always_on') ? 1 : sampler.endsWith('always_off') ? 0 : share,
  };
}

const samplers = [
  ...['parentbased_traceidratio', 'parentbased_always_on', 'parentbased_always_off'],
  ...['traceidratio', 'always_on', 'always_off'],
];

/** `key=value,key=value`, percent-encoded. */
function pairsOf(variable: string, text = ''): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      if (key === undefined) throw new EnvError(`${variable}: expected key=value pairs, separated by commas`);
      try {
        return [key, decodeURIComponent(value!)];
      } catch {
        throw new EnvError(`${variable}: a value is not percent-encoded`);
      }
    }),
  );
}
