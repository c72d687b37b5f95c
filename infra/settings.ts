import { z } from 'zod';
import { json } from './json-text.ts';
import { count, edgeConnections, flag, image, list, port, type Setting, text } from './setting.ts';

const quantities = z.partialRecord(
  z.enum(['cpu', 'memory']),
  z.string().regex(/^\d+(\.\d+)?([mkMG]|[KMG]i)?$/, 'expected a quantity such as 512Mi'),
);
const part = z.strictObject({ requests: quantities.optional(), limits: quantities.optional() });
const resources = z.partialRecord(z.enum(['gate', 'verify', 'status', 'chat', 'edge']), part);

/** Settings of every stack. */
export const commonSettings = {
  platform: {
    schema: z.enum(['kind', 'aws']),
    description: 'Where Berth runs: `kind` (any cluster whose kubeconfig is given) or `aws`.',
    example: 'kind',
  },
  namespace: {
    schema: text(/^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$/, 'a DNS label'),
    description: 'Namespace of Berth. The certificates of the services name it: set it before `stack init`.',
    default: 'berth',
    example: 'berth',
  },
  imageTag: {
    schema: text(/^(?!latest$)\w[\w.-]{0,127}$/, 'a tag other than latest'),
    description: 'Tag of Berth’s images. An older one is a rollback.',
    example: '0.1.0',
  },
  tcpPort: {
    schema: port(),
    description: 'Port of the TCP protocol, as clients see it.',
    default: '8090',
    example: '8090',
  },
  filesPort: {
    schema: port(),
    description: 'Port of the llfcchat dialect for files, as clients see it.',
    default: '8095',
    example: '8095',
  },
  allowedOrigins: {
    schema: list(z.url({ protocol: /^https?$/ })),
    description: 'Further web origins whose pages may use the API, separated by commas.',
    default: '',
    example: 'https://app.example.com',
  },
  mailFrom: {
    schema: text(/^[^\r\n]{3,200}$/, 'an address'),
    description: 'Sender of the mails.',
    default: 'Berth <no-reply@localhost>',
    example: "'Berth <no-reply@example.com>'",
  },
  logLevel: {
    schema: z.enum(['debug', 'info', 'warn', 'error']),
    description: 'Least level that is logged.',
    default: 'info',
    example: 'info',
  },
  placementStrategy: {
    schema: z.enum(['least-connections', 'packed', 'rendezvous', 'p2c']),
    description: 'How a chat node is chosen.',
    default: 'least-connections',
    example: 'packed',
  },
  chatCapacity: {
    schema: count(100, 200_000),
    description: 'Connections that a chat pod takes.',
    default: '20000',
    example: '20000',
  },
  chatMin: {
    schema: count(1, 1_000),
    description: 'Least number of chat pods.',
    default: '2',
    example: '2',
  },
  chatMax: {
    schema: count(1, 1_000),
    description: 'Greatest number of chat pods; in between status scales by connections.',
    default: '10',
    example: '10',
  },
  drainSeconds: {
    schema: count(5, 3_600),
    description: 'Window in which a stopping chat pod sends its sessions away.',
    default: '30',
    example: '60',
  },
  monitoringNamespace: {
    schema: text(/^([a-z]([a-z0-9-]{0,61}[a-z0-9])?)?$/, 'a namespace'),
    description:
      'Namespace of the Prometheus operator: gets ServiceMonitors, alerts and a dashboard, and may read metrics.',
    default: '',
    example: 'monitoring',
  },
  tracingEndpoint: {
    schema: text(/^(https?:\/\/[^\s/]+)?$/, 'an address such as http://collector.monitoring:4318'),
    description: 'Where spans of OpenTelemetry are sent to by OTLP over HTTP; without it nothing is traced.',
    default: '',
    example: 'http://collector.monitoring:4318',
  },
  operatorPage: {
    schema: flag(),
    description: 'Whether operators may use the fleet page of the web client, by tokens of their own.',
    default: 'false',
    example: 'true',
  },
  linkPreviews: {
    schema: flag(),
    description:
      'Whether pages of the public web are read for previews of links; opens ports 80 and 443 from the pods of files to public addresses alone.',
    default: 'false',
    example: 'true',
  },
  linkPreviewsRefused: {
    schema: list(z.union([z.cidrv4(), z.cidrv6()])),
    description:
      'Networks of public addresses that are yours, separated by commas: never read for previews of links. Those of IPv6 pods and machines are such.',
    default: '',
    example: '2600:1f14:123::/56',
  },
  trustedProxies: {
    schema: list(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
    description:
      'Addresses of proxies of HTTP in front of the edge, separated by commas: whom they name in X-Forwarded-For is the client.',
    default: '',
    example: '10.20.0.0/16',
  },
  requestsPerAddressMinute: {
    schema: count(1, 10_000_000),
    description: 'Requests to gate from one address in a minute. More where many share one.',
    default: '120',
    example: '600',
  },
  basePath: {
    schema: text(/^\/([\w-]+\/)*$/, 'a path that begins and ends with /'),
    description:
      'Path below which the web client and the API are, where the host serves other things, too, by a proxy in front of the edge.',
    default: '/',
    example: '/chat/',
  },
  basePathStripped: {
    schema: flag(),
    description: 'Whether that proxy takes `basePath` away from what it passes on: `true` or `false`.',
    default: 'false',
    example: 'true',
  },
  resources: {
    schema: json.pipe(resources),
    description:
      'Requests and limits of the pods, as JSON by service: `{"chat":{"requests":{"cpu":"1"},"limits":{"memory":"3Gi"}}}`.',
    default: '{}',
    example: `'{"chat":{"limits":{"memory":"3Gi"}}}'`,
  },
  reapply: {
    schema: text(/^[\w.:-]{0,40}$/, 'a short text'),
    description:
      'Any text. With another one the releases are applied again, which puts back what others changed in them.',
    default: '',
    example: '2026-01-31T12:00',
  },
  timeoutSeconds: {
    schema: z.union([z.literal('').transform(() => undefined), count(60, 7_200)]),
    description:
      'How long a release may take before it is rolled back; a change of it alone changes nothing, and holds from the next update of the release on, or of one that failed. By default 300 (kind) or 600 (aws), and 30 for each of the pods of the largest service (60 for each of chat, 510 for each edge on aws, and 7200 at most); the stores 900.',
    default: '',
    example: '900',
  },
} satisfies Record<string, Setting>;

/** Settings of the platform `kind`. */
export const kindSettings = {
  edgeConnections: edgeConnections('8000'),
  imageRepository: {
    schema: text(/^[a-z0-9][\w./:-]*[a-z0-9]$/, 'a registry and a path'),
    description: 'Registry and path before the names of Berth’s images.',
    default: 'berth',
    example: 'berth',
  },
  publicHost: {
    schema: text(/^[\w.-]+$/, 'a name or an address'),
    description: 'Name by which clients reach the node.',
    default: 'localhost',
    example: 'localhost',
  },
  httpPort: {
    schema: port(),
    description: 'Port of HTTP and WebSocket, as clients see it.',
    default: '8080',
    example: '8080',
  },
  mailPort: {
    schema: port(),
    description: 'Port of the mailbox page, as people see it.',
    default: '1080',
    example: '1080',
  },
  httpNodePort: {
    schema: count(30_000, 32_767),
    description: 'Node port behind `httpPort`.',
    default: '30080',
    example: '30080',
  },
  tcpNodePort: {
    schema: count(30_000, 32_767),
    description: 'Node port behind `tcpPort`.',
    default: '30090',
    example: '30090',
  },
  filesNodePort: {
    schema: count(30_000, 32_767),
    description: 'Node port behind `filesPort`.',
    default: '30095',
    example: '30095',
  },
  mailNodePort: {
    schema: count(30_000, 32_767),
    description: 'Node port behind `mailPort`.',
    default: '30108',
    example: '30108',
  },
  edgeImage: {
    schema: image(),
    description: 'Image of HAProxy, 2.6 or later.',
    default: 'docker.io/library/haproxy:2.6',
    example: 'haproxy:2.6',
  },
  mysqlImage: {
    schema: image(),
    description: 'Image of MySQL or MariaDB.',
    default: 'docker.io/library/mysql:8.4',
    example: 'mariadb:10.11',
  },
  redisImage: {
    schema: image(),
    description: 'Image of Redis.',
    default: 'docker.io/library/redis:7.4-bookworm',
    example: 'redis:7.4-bookworm',
  },
  mailImage: {
    schema: image(),
    description: 'Image of the mail catcher.',
    default: 'docker.io/maildev/maildev:2.2.1',
    example: 'maildev/maildev:2.2.1',
  },
} satisfies Record<string, Setting>;
