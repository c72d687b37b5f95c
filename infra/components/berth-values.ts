import { applied } from '../chart.ts';
import type { Config } from '../config.ts';
import type { BerthValues } from '../generated/berth-values.ts';
import type { Inputs } from '../inputs.ts';
import type { Platform } from '../platform.ts';
import type { Service } from '../secrets.ts';
import type { BerthSecrets } from './berth-secrets.ts';

/** The chart's values: what the configuration says, what the platform has, and the names of the Secrets. */
export function createBerthValues(
  config: Config,
  platform: Platform,
  secrets: BerthSecrets,
  chartHash: string,
): Inputs<BerthValues> {
  const { mysql, redis, smtp, ingress, mailbox } = platform;
  const { sessionKeys, codes, tickets, operator, certificates } = secrets;
  const monitored = config.monitoringNamespace !== '';
  return {
    chartHash: applied(chartHash, config.reapply),
    logLevel: config.logLevel,
    image: { repository: platform.images.repository, tag: config.imageTag },
    public: {
      ...{ host: ingress.host, port: ingress.port, filesPort: ingress.filesPort, url: ingress.url },
      origins: config.allowedOrigins,
      ...(config.basePath !== '/' && {
        basePath: config.basePath,
        basePathStripped: config.basePathStripped,
      }),
    },
    mysql: {
      ...secrets.mysql,
      port: mysql.port,
      peers: mysql.peers,
      ...(mysql.authority && { authority: { existingSecret: secrets.mysql.existingSecret } }),
    },
    redis: { ...secrets.redis, port: redis.port, peers: redis.peers },
    smtp: { ...secrets.smtp, port: smtp.port, peers: smtp.peers, from: config.mailFrom },
    codes,
    tickets,
    operator: { ...operator, page: config.operatorPage },
    // gate reads the file again when it changes, so that keys rotate without a restart: no checksum.
    sessionKeys: { existingSecret: sessionKeys.existingSecret },
    sessionPublicKeys: { existingSecret: secrets.sessionPublicKeys.existingSecret },
    linkSecret: secrets.linkSecret,
    files: {
      ...{ enabled: true, ...platform.files },
      ...(config.linkPreviews && {
        linkPreviews: { enabled: true, refused: config.linkPreviewsRefused },
      }),
    },
    serviceTls: { enabled: true, ...certificates },
    gate: {
      ...platform.gate,
      ...resourcesOf(config, platform, 'gate'),
      env: { REQUESTS_PER_ADDRESS_MINUTE: String(config.requestsPerAddressMinute) },
    },
    verify: resourcesOf(config, platform, 'verify'),
    status: { strategy: config.placementStrategy, ...resourcesOf(config, platform, 'status') },
    chat: {
      ...platform.chat,
      ...resourcesOf(config, platform, 'chat'),
      // What status scales has no number of its own: a release would set it back.
      ...(config.chatMax > config.chatMin
        ? { scaling: { enabled: true, min: config.chatMin, max: config.chatMax } }
        : { replicas: config.chatMin }),
      capacity: config.chatCapacity,
      drainSeconds: config.drainSeconds,
    },
    edge: {
      ...ingress.edge,
      ...resourcesOf(config, platform, 'edge'),
      maxConnections: config.edgeConnections,
      trustedProxies: config.trustedProxies,
    },
    networkPolicy: {
      ...(platform.dns && { dns: platform.dns }),
      monitoring: monitored
        ? [
            {
              namespaceSelector: {
                matchLabels: { 'kubernetes.io/metadata.name': config.monitoringNamespace },
              },
            },
          ]
        : [],
    },
    ...(config.tracingEndpoint !== '' && {
      tracing: { endpoint: config.tracingEndpoint, port: portOf(config.tracingEndpoint) },
    }),
    monitoring: {
      serviceMonitor: { enabled: monitored },
      rules: { enabled: monitored },
      dashboard: { enabled: monitored },
    },
    test: { ...(mailbox && { mailboxUrl: mailbox.url, mailboxPort: mailbox.port }) },
  };
}

/** What is set, over what the platform reserves; the rest stays the chart's. */
function resourcesOf(config: Config, { requests }: Platform, part: Service | 'edge') {
  const reserved = requests && { requests: requests[part] };
  const { requests: own, limits } = config.resources[part] ?? {};
  const all = {
    ...(reserved || own ? { requests: { ...reserved?.requests, ...own } } : {}),
    ...(limits && { limits }),
  };
  return Object.keys(all).length > 0 ? { resources: all } : {};
}

const portOf = (address: string): number => {
  const { port, protocol } = new URL(address);
  return Number(port || (protocol === 'https:' ? 443 : 80));
};
