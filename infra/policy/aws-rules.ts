import { notKnownYet, type Properties, type SetRule, type SubjectRule } from './rule.ts';

const openToAll = ['0.0.0.0/0', '::/0'];
const databasePorts = [3306, 6379];

/** Whether it holds more than any one network has: the world in two halves is the world, too. */
const isWide = (cidr: string): boolean => Number(cidr.split('/')[1]) < (cidr.includes(':') ? 16 : 8);

export const noPublicDatabase: SubjectRule = {
  name: 'no-public-database',
  description: 'Databases have no public address, and no security group opens their ports to the world.',
  check({ type, props }) {
    if (type === 'aws:rds/instance:Instance' || type === 'aws:rds/clusterInstance:ClusterInstance') {
      return props.publiclyAccessible === false ? [] : ['publiclyAccessible is not false'];
    }
    if (type === 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule') {
      return opened([props.cidrIpv4, props.cidrIpv6], props);
    }
    if (type === 'aws:ec2/securityGroup:SecurityGroup') {
      return (props.ingress ?? []).flatMap((rule: Properties) =>
        opened([...(rule.cidrBlocks ?? []), ...(rule.ipv6CidrBlocks ?? [])], rule),
      );
    }
    if (type === 'aws:ec2/securityGroupRule:SecurityGroupRule' && props.type === 'ingress') {
      return opened([...(props.cidrBlocks ?? []), ...(props.ipv6CidrBlocks ?? [])], props);
    }
    return [];
  },
};

export const noOpenApi: SubjectRule = {
  name: 'no-open-api',
  description: 'The Kubernetes API is open to those who deploy, not to the world.',
  check({ type, props }) {
    if (type !== 'aws:eks/cluster:Cluster' || props.vpcConfig?.endpointPublicAccess === false) return [];
    const open: string[] = props.vpcConfig?.publicAccessCidrs ?? openToAll;
    return open
      .filter(isWide)
      .map((cidr) => `publicAccessCidrs has ${openToAll.includes(cidr) ? 'all addresses' : cidr}`);
  },
};

function opened(
  sources: (string | undefined)[],
  { fromPort, toPort, ipProtocol, protocol }: Properties,
): string[] {
  if (!sources.some((source) => source !== undefined && isWide(source))) return [];
  const all = (ipProtocol ?? protocol) === '-1';
  return databasePorts
    .filter((port) => all || (fromPort <= port && port <= toPort))
    .map((port) => `opens port ${port} to the world`);
}

/** `wanted` of a resource's properties, each with what to say when it is otherwise. */
const expectAll = (props: Properties, wanted: Record<string, unknown>): string[] =>
  Object.entries(wanted)
    .filter(([key, value]) => (value === isThere ? !props[key] : props[key] !== value))
    .map(([key, value]) => (value === isThere ? `${key} is missing` : `${key} is not ${value}`));

const isThere = Symbol('any value');

export const encryption: SubjectRule = {
  name: 'encryption',
  description: 'What is stored is encrypted, and so is every connection to it.',
  check({ type, props }) {
    switch (type) {
      case 'aws:rds/instance:Instance':
        return expectAll(props, { storageEncrypted: true, parameterGroupName: isThere });
      case 'aws:rds/parameterGroup:ParameterGroup':
        return expectAll(parametersOf(props), { require_secure_transport: '1' });
      case 'aws:elasticache/replicationGroup:ReplicationGroup':
        return expectAll(props, {
          atRestEncryptionEnabled: true,
          transitEncryptionEnabled: true,
          transitEncryptionMode: 'required',
          authToken: isThere,
        });
      default:
        return [];
    }
  },
};

export const closedBuckets: SubjectRule = {
  name: 'closed-buckets',
  description: 'Buckets are open to nobody, keep what was deleted for a while, and take nothing without TLS.',
  check({ type, props }) {
    switch (type) {
      case 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock':
        return expectAll(props, {
          ...{ blockPublicAcls: true, blockPublicPolicy: true },
          ...{ ignorePublicAcls: true, restrictPublicBuckets: true },
        });
      case 'aws:s3/bucketVersioning:BucketVersioning':
        return expectAll(props.versioningConfiguration ?? {}, { status: 'Enabled' });
      case 'aws:s3/bucketCorsConfiguration:BucketCorsConfiguration':
        return (props.corsRules ?? []).some(({ allowedOrigins = [] }: Properties) =>
          allowedOrigins.includes('*'),
        )
          ? ['pages of any origin may read it']
          : [];
      case 'aws:s3/bucketAcl:BucketAcl':
        return /^public/.test(props.acl ?? '') ? [`its ACL is ${props.acl}`] : [];
      case 'aws:s3/bucketPolicy:BucketPolicy':
        return wrongsOfBucketPolicy(props.policy);
      default:
        return [];
    }
  },
};

/** A preview does not know it while it names what is not there yet. */
function wrongsOfBucketPolicy(policy: string | undefined): string[] {
  if (policy === undefined || policy === notKnownYet) return [];
  const statements: Properties[] = [JSON.parse(policy).Statement].flat();
  const isAnybody = ({ Principal }: Properties) => Principal === '*' || Principal?.AWS === '*';
  const needsTls = ({ Effect, Action, Condition }: Properties) =>
    Effect === 'Deny' && Action === 's3:*' && Condition?.Bool?.['aws:SecureTransport'] === 'false';
  return [
    ...(statements.some((one) => one.Effect === 'Allow' && isAnybody(one)) ? ['everybody may use it'] : []),
    ...(statements.some((one) => needsTls(one) && isAnybody(one)) ? [] : ['it may be used without TLS']),
  ];
}

/** Every bucket has what a bucket needs beside it. */
export const bucketsHaveAll: SetRule = {
  name: 'buckets-have-all',
  description:
    'Each bucket comes with a block of public access, encryption, versions and their end, and a policy.',
  check(subjects) {
    const buckets = subjects.filter(({ type }) => type === 'aws:s3/bucket:Bucket');
    const companions = [
      'PublicAccessBlock',
      'ServerSideEncryptionConfiguration',
      'Versioning',
      'LifecycleConfiguration',
      'Policy',
    ];
    return buckets.flatMap((subject) =>
      companions
        .filter((kind) => {
          const wanted = `aws:s3/bucket${kind}:Bucket${kind}`;
          return subjects.filter(({ type }) => type === wanted).length < buckets.length;
        })
        .map((kind) => ({ subject, message: `has no Bucket${kind}` })),
    );
  },
};

export const durability: SubjectRule = {
  name: 'durability',
  description: 'What was acknowledged survives: every commit is on disk, in two zones; Redis evicts nothing.',
  check({ type, props }) {
    switch (type) {
      case 'aws:rds/instance:Instance':
        return [
          ...expectAll(props, { multiAz: true }),
          ...(props.backupRetentionPeriod > 0 ? [] : ['there are no backups']),
        ];
      case 'aws:rds/parameterGroup:ParameterGroup':
        return expectAll(parametersOf(props), { innodb_flush_log_at_trx_commit: '1', sync_binlog: '1' });
      case 'aws:elasticache/replicationGroup:ReplicationGroup':
        return expectAll(props, { multiAzEnabled: true, automaticFailoverEnabled: true });
      case 'aws:elasticache/parameterGroup:ParameterGroup':
        return expectAll(parametersOf(props), { 'maxmemory-policy': 'noeviction' });
      default:
        return [];
    }
  },
};

const parametersOf = ({ parameters = [] }: Properties): Properties =>
  Object.fromEntries(parameters.map(({ name, value }: Properties) => [name, value]));

const loadBalancer = 'service.beta.kubernetes.io/aws-load-balancer-';

export const tlsAtTheDoor: SubjectRule = {
  name: 'tls-at-the-door',
  description: 'A load balancer that faces the internet ends TLS of version 1.2 or later on its web port.',
  check({ type, props }) {
    const service =
      type === 'kubernetes:helm.sh/v3:Release'
        ? props.values?.edge?.service
        : type === 'kubernetes:core/v1:Service'
          ? { type: props.spec?.type, annotations: props.metadata?.annotations }
          : undefined;
    if (service?.type !== 'LoadBalancer') return [];
    const annotations = service.annotations ?? {};
    const ports = String(annotations[`${loadBalancer}ssl-ports`] ?? '').split(',');
    const policy = String(annotations[`${loadBalancer}ssl-negotiation-policy`] ?? '');
    return [
      ...(`${loadBalancer}ssl-cert` in annotations ? [] : ['has no certificate']),
      ...(ports.includes('443') ? [] : ['does not end TLS on port 443']),
      ...(/TLS13|TLS-1-2/.test(policy) ? [] : [`its TLS policy ${policy || '(none)'} is too old`]),
    ];
  },
};
