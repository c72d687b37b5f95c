import { z } from 'zod';
import { count, edgeConnections, flag, image, list, type Setting, text } from './setting.ts';

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
    description: 'The TCP ports without TLS, for clients of the old protocol that cannot do TLS.',
    default: 'false',
    example: 'true',
  },
  protect: {
    schema: flag(),
    description:
      'Whether MySQL, Redis, files, images, cluster, VPC and certificate are protected against deletion.',
    default: 'true',
    example: 'false',
  },
  filesLogBucket: {
    schema: text(/^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/, 'the name of a bucket'),
    description: 'Bucket of yours that notes every access to files; else nobody does.',
    default: '',
    example: 'our-access-logs',
  },
  kubernetesVersion: {
    schema: text(/^1\.\d\d$/, 'a version like 1.35'),
    description: 'Version of EKS. AWS supports 1.35 until 27 March 2027, and raises it then.',
    default: '1.35',
    example: '1.35',
  },
  apiAccess: {
    schema: list(z.cidrv4())
      .refine((all) => all.length > 0, 'expected a CIDR')
      .refine((all) => all.every((cidr) => Number(cidr.split('/')[1]) >= 8), 'expected no prefix below /8'),
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
    description:
      'Days that CloudWatch keeps these notes, MySQL’s logs of errors and slow statements, and the cluster’s of who did what.',
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
