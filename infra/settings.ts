import { z } from 'zod';
import { json } from './json-text.ts';

/** What may be set with `pulumi config set berth:<name>`: how it is read, what it means, and how to set it. */
export interface Setting<T = unknown> {
  /** From the text of the configuration; its messages end up in errors. */
  readonly schema: z.ZodType<T, string>;
  readonly description: string;
  /** As text. Without one the setting is required. */
  readonly default?: string;
  /** A value to show in the command that mends an error. */
  readonly example: string;
}

const count = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'expected a whole number').transform(Number).pipe(z.number().min(min).max(max));
const port = () => count(1, 65_535);
const flag = () => z.enum(['true', 'false']).transform((text) => text === 'true');
const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, `expected ${expected}`);
const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((all) => all.split(',').map((part) => part.trim()))
    .transform((parts) => parts.filter((part) => part !== ''))
    .pipe(z.array(item));
const image = () =>
  text(/^\S+(?<!:latest)(?<=[:@][^/]+)$/, 'an image with a tag other than latest, or a digest');

/** HAProxy asks for its files when it starts. */
const edgeConnections = (most: string) => ({
  schema: count(100, 500_000),
  description:
    'Sessions in one edge pod. It needs two files for each and 32 more, and does not start where a process may have fewer.',
  default: most,
  example: '4000',
});
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
  operatorPage: {
    schema: flag(),
    description: 'Whether operators may use the fleet page of the web client, by tokens of their own.',
    default: 'false',
    example: 'true',
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
      'How long a release may take before it is rolled back; a change of it is a revision of its own. By default 300 (kind) or 600 (aws), and 30 for each of the pods of the largest service (270 for each edge on aws); the stores 900.',
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

/** Settings of the platform `aws`. */
export const awsSettings = {
  region: {
    schema: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region'),
    description: 'Region of everything.',
    example: 'eu-central-1',
  },
  zones: {
    schema: list(text(/^[a-f]$/, 'letters')).refine(
      (zones) => zones.length === 3 && new Set(zones).size === 3,
      'expected three letters',
    ),
    description: 'Letters of the three availability zones. A few regions have no `a`, `b` or `c`.',
    default: 'a,b,c',
    example: 'a,b,c',
  },
  vpcCidr: {
    schema: text(
      /^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.0\.0\/16$/,
      'a /16 of private addresses',
    ),
    description: 'Addresses of the VPC.',
    default: '10.0.0.0/16',
    example: '10.1.0.0/16',
  },
  natPerZone: {
    schema: flag(),
    description: 'A NAT gateway in each zone; `false`: one for all, cheaper, and gone with its zone.',
    default: 'true',
    example: 'false',
  },
  domain: {
    schema: text(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'a domain name'),
    description: 'Name by which clients reach Berth.',
    example: 'chat.example.com',
  },
  hostedZone: {
    schema: text(/^(Z[A-Z0-9]{5,31})?$/, 'the id of a Route 53 zone'),
    description: 'Route 53 zone in which the program makes the certificate’s proof and the name.',
    default: '',
    example: 'Z0123456789ABCDEFGHIJ',
  },
  certificate: {
    schema: text(/^(arn:aws[\w-]*:acm:\S+)?$/, 'the ARN of a certificate'),
    description: 'ACM certificate of the domain, where there is no `hostedZone`.',
    default: '',
    example: 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b',
  },
  plainTcp: {
    schema: flag(),
    description: 'The TCP port without TLS, for clients of the old protocol that cannot do TLS.',
    default: 'false',
    example: 'true',
  },
  protect: {
    schema: flag(),
    description:
      'Whether MySQL, Redis, the images, the cluster, its VPC and the certificate are protected against deletion.',
    default: 'true',
    example: 'false',
  },
  kubernetesVersion: {
    schema: text(/^1\.\d\d$/, 'a version like 1.34'),
    description: 'Version of EKS.',
    default: '1.34',
    example: '1.34',
  },
  apiAccess: {
    schema: list(z.cidrv4())
      .refine((all) => all.length > 0, 'expected a CIDR')
      .refine((all) => !all.some((cidr) => cidr.endsWith('/0')), 'expected fewer addresses than all'),
    description:
      'Addresses that may reach the Kubernetes API, separated by commas: those that you deploy from.',
    example: '203.0.113.0/24',
  },
  clusterAdmins: {
    schema: list(text(/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/\S+$/, 'ARNs of IAM roles or users')),
    description: 'IAM roles and users that administer the cluster beside its creator, separated by commas.',
    default: '',
    example: 'arn:aws:iam::123456789012:role/operator',
  },
  alarmTopic: {
    schema: text(/^(arn:aws[\w-]*:sns:\S+)?$/, 'the ARN of an SNS topic'),
    description: 'SNS topic that is told when MySQL or Redis runs out of disk, CPU or memory.',
    default: '',
    example: 'arn:aws:sns:eu-central-1:123456789012:operators',
  },
  flowLogs: {
    schema: z.enum(['none', 'rejected', 'all']),
    description:
      'Connections in the VPC that CloudWatch keeps a note of: `none`, those that were `rejected`, or `all`, which costs 0.50 dollars a GB.',
    default: 'none',
    example: 'rejected',
  },
  logDays: {
    schema: z
      .enum(['1', '3', '5', '7', '14', '30', '60', '90', '120', '180', '365', '731', '1827'])
      .transform(Number),
    description: 'Days that CloudWatch keeps these notes and MySQL’s logs of errors and slow statements.',
    default: '30',
    example: '90',
  },
  mysqlClass: {
    schema: text(/^db\.\w+\.\w+$/, 'an instance class'),
    description: 'Instance class of MySQL.',
    default: 'db.t4g.medium',
    example: 'db.r8g.xlarge',
  },
  mysqlStorageGiB: {
    schema: count(20, 8_192),
    description: 'Storage of MySQL at first; it grows by itself to eight times as much.',
    default: '100',
    example: '400',
  },
  mysqlBackupDays: {
    schema: count(1, 35),
    description: 'Days of backups of MySQL.',
    default: '14',
    example: '35',
  },
  mysqlSnapshot: {
    schema: text(/^([a-zA-Z][\w:-]{0,254})?$/, 'the name of a snapshot'),
    description: 'Snapshot to make MySQL from: a new instance takes the place of the old one.',
    default: '',
    example: 'before-the-accident',
  },
  mysqlAuthority: {
    schema: text(/-----BEGIN CERTIFICATE-----/, 'certificates in PEM'),
    description: 'Certificates of the authority of RDS in this region.',
    example: '-- "$(cat rds-bundle.pem)"',
  },
  redisEngine: {
    schema: z.enum(['valkey', 'redis']),
    description:
      'What ElastiCache runs: `valkey` (8), or `redis` (7.1), which costs a quarter more. From `redis` to `valkey` is an upgrade in place, back is not possible.',
    default: 'valkey',
    example: 'redis',
  },
  redisClass: {
    schema: text(/^cache\.\w+\.\w+$/, 'a node type'),
    description: 'Node type of Redis.',
    default: 'cache.t4g.small',
    example: 'cache.r7g.large',
  },
  gateMax: {
    schema: count(2, 500),
    description: 'Greatest number of gate pods; at least two.',
    default: '10',
    example: '20',
  },
  edgeMax: {
    schema: count(2, 500),
    description: 'Greatest number of edge pods; at least two.',
    default: '10',
    example: '60',
  },
  edgeConnections: edgeConnections('25000'),
  edgeImage: {
    schema: image(),
    description: 'Image of HAProxy, 2.6 or later.',
    default: 'public.ecr.aws/docker/library/haproxy:2.6',
    example: 'haproxy:2.6',
  },
  pushImages: {
    schema: flag(),
    description: 'Whether `pulumi up` builds and pushes the images that the registry does not have.',
    default: 'true',
    example: 'false',
  },
} satisfies Record<string, Setting>;
