import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badBuckets, goodBuckets } from './bucket-cases.fixture.ts';
import type { Properties, Subject } from './rule.ts';
import { checkSubjects, setRules, subjectOf, subjectRules } from './rules.ts';

const container = {
  name: 'chat',
  image: 'berth/chat:0.1.0',
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};
const podSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container],
};

function workload(pod: Properties = {}, spec: Properties = {}, kind = 'Deployment'): Subject {
  return subjectOf({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'chat', namespace: 'berth' },
    spec: {
      replicas: 1,
      ...spec,
      template: { metadata: { labels: { app: 'chat' } }, spec: { ...podSpec, ...pod } },
    },
  });
}

const withContainer = (changes: Properties): Subject =>
  workload({ containers: [{ ...container, ...changes }] });

const budget = (spec: Properties = { maxUnavailable: 1 }): Subject =>
  subjectOf({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'chat', namespace: 'berth' },
    spec: { selector: { matchLabels: { app: 'chat' } }, ...spec },
  });

const autoscaler = subjectOf({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'chat', namespace: 'berth' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'chat' } },
});

const resource = (type: string, props: Properties): Subject => ({ type, name: 'it', props });
const cluster = (vpcConfig: Properties): Subject => resource('aws:eks/cluster:Cluster', { vpcConfig });
const release = (values: Properties): Subject => resource('kubernetes:helm.sh/v3:Release', { values });
const instance = (changes: Properties = {}): Subject =>
  resource('aws:rds/instance:Instance', {
    publiclyAccessible: false,
    storageEncrypted: true,
    multiAz: true,
    backupRetentionPeriod: 7,
    parameterGroupName: 'mysql',
    ...changes,
  });
const redis = (changes: Properties = {}): Subject =>
  resource('aws:elasticache/replicationGroup:ReplicationGroup', {
    atRestEncryptionEnabled: true,
    transitEncryptionEnabled: true,
    transitEncryptionMode: 'required',
    authToken: 'token',
    multiAzEnabled: true,
    automaticFailoverEnabled: true,
    ...changes,
  });
const parameters = (type: string, values: Record<string, string>): Subject =>
  resource(type, { parameters: Object.entries(values).map(([name, value]) => ({ name, value })) });
const mysqlParameters = (changes: Record<string, string> = {}): Subject =>
  parameters('aws:rds/parameterGroup:ParameterGroup', {
    require_secure_transport: '1',
    innodb_flush_log_at_trx_commit: '1',
    sync_binlog: '1',
    ...changes,
  });
const rule = (changes: Properties): Subject =>
  resource('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', {
    ipProtocol: 'tcp',
    fromPort: 3306,
    toPort: 3306,
    ...changes,
  });
const edge = (annotations: Record<string, string>): Subject =>
  release({
    edge: {
      service: {
        type: 'LoadBalancer',
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([name, value]) => [
            `service.beta.kubernetes.io/aws-load-balancer-${name}`,
            value,
          ]),
        ),
      },
    },
  });
const tls = {
  'ssl-cert': 'arn:aws:acm:x',
  'ssl-ports': '443,8090',
  'ssl-negotiation-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
};

const { 'ssl-cert': _, ...withoutCertificate } = tls;

/** What each rule finds nothing wrong with. */
const good: Record<string, Subject[][]> = {
  'restricted-pods': [[workload()], [workload({}, {}, 'StatefulSet')]],
  'restricted-namespaces': [
    [
      subjectOf({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'berth', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      }),
    ],
  ],
  'requests-and-limits': [[workload()]],
  'no-latest': [
    [workload()],
    [withContainer({ image: `registry:5000/chat@sha256:${'0'.repeat(64)}` })],
    [release({ image: { tag: '0.1.0' }, edge: { image: 'haproxy:2.6' } })],
  ],
  'grace-covers-drain': [
    [workload()],
    [workload({ terminationGracePeriodSeconds: 51, containers: [{ ...container, env: drain('50') }] })],
  ],
  'no-open-api': [
    [cluster({ publicAccessCidrs: ['203.0.113.0/24'] })],
    [cluster({ endpointPublicAccess: false })],
  ],
  'no-public-database': [
    [instance()],
    [rule({ referencedSecurityGroupId: 'sg-1' })],
    [rule({ cidrIpv4: '0.0.0.0/0', fromPort: 443, toPort: 443 })],
  ],
  encryption: [[instance()], [redis()], [mysqlParameters()]],
  durability: [
    [instance()],
    [redis()],
    [mysqlParameters()],
    [parameters('aws:elasticache/parameterGroup:ParameterGroup', { 'maxmemory-policy': 'noeviction' })],
  ],
  ...goodBuckets,
  'tls-at-the-door': [[edge(tls)], [release({ edge: { service: { type: 'NodePort' } } })]],
  'mutual-tls': [[release({ serviceTls: { enabled: true } })], [release({ mysql: {} })]],
  'no-secret-in-values': [
    [
      release({
        mysql: { existingSecret: 'berth-mysql', key: 'url' },
        public: { url: 'https://chat.example.com' },
      }),
    ],
  ],
  'no-secret-in-config-maps': [
    [
      subjectOf({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'edge' },
        data: { 'haproxy.cfg': 'global' },
      }),
    ],
  ],
  'autoscaled-means-no-replicas': [
    [workload({}, { replicas: undefined }), autoscaler],
    [workload()],
    [
      release({
        gate: { autoscaling: { enabled: true } },
        chat: { scaling: { enabled: false }, replicas: 2 },
      }),
    ],
  ],
  'budget-per-workload': [[workload({}, { replicas: 2 }), budget()], [workload()]],
};

/** What each rule must find, with a word of what it says. */
const bad: Record<string, [RegExp, Subject[]][]> = {
  'restricted-pods': [
    [
      /root file system/,
      [
        withContainer({
          securityContext: { ...container.securityContext, readOnlyRootFilesystem: undefined },
        }),
      ],
    ],
    [/runAsNonRoot/, [workload({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } })]],
    [/runs as root/, [withContainer({ securityContext: { ...container.securityContext, runAsUser: 0 } })]],
    [/seccomp/, [workload({ securityContext: { runAsNonRoot: true } })]],
    [
      /EscalatioN/i,
      [withContainer({ securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } })],
    ],
    [
      /capabilities/,
      [
        withContainer({
          securityContext: { ...container.securityContext, capabilities: { drop: ['NET_RAW'] } },
        }),
      ],
    ],
    [
      /SYS_ADMIN/,
      [
        withContainer({
          securityContext: {
            ...container.securityContext,
            capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] },
          },
        }),
      ],
    ],
    [/privileged/, [withContainer({ securityContext: { ...container.securityContext, privileged: true } })]],
    [/port 80 of the node/, [withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] })]],
    [/hostNetwork/, [workload({ hostNetwork: true })]],
    [/path of the node/, [workload({ volumes: [{ name: 'root', hostPath: { path: '/' } }] })]],
    [/root file system/, [workload({ initContainers: [{ name: 'wait' }] })]],
  ],
  'restricted-namespaces': [
    [/does not enforce/, [subjectOf({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'berth' } })]],
  ],
  'requests-and-limits': [
    [/no CPU/, [withContainer({ resources: { requests: { memory: '1Gi' }, limits: { memory: '1Gi' } } })]],
    [/no memory/, [withContainer({ resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } } })]],
    [/no limit/, [withContainer({ resources: { requests: { cpu: '1', memory: '1Gi' } } })]],
    [/no limit/, [withContainer({ resources: undefined })]],
  ],
  'no-latest': [
    [/can change/, [withContainer({ image: 'berth/chat' })]],
    [/can change/, [withContainer({ image: 'registry:5000/chat:latest' })]],
    [/can change/, [withContainer({ image: 'registry:5000/chat' })]],
    [/tag is latest/, [release({ image: { tag: 'latest' } })]],
    [/values.edge/, [release({ edge: { image: 'haproxy' } })]],
  ],
  'grace-covers-drain': [
    [/drains for 30 s/, [withContainer({ env: drain('30') })]],
    [
      /drains for 65 s/,
      [
        withContainer({
          env: [{ name: 'EDGE_DRAIN_SECONDS', value: '60' }],
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
        }),
      ],
    ],
  ],
  'no-public-database': [
    [/publiclyAccessible/, [instance({ publiclyAccessible: undefined })]],
    [/3306/, [rule({ cidrIpv4: '0.0.0.0/0' })]],
    [/6379/, [rule({ cidrIpv6: '::/0', fromPort: 0, toPort: 65_535 })]],
    [/3306/, [rule({ cidrIpv4: '0.0.0.0/0', ipProtocol: '-1', fromPort: undefined, toPort: undefined })]],
    [
      /6379/,
      [
        resource('aws:ec2/securityGroup:SecurityGroup', {
          ingress: [{ cidrBlocks: ['0.0.0.0/0'], fromPort: 6379, toPort: 6379, protocol: 'tcp' }],
        }),
      ],
    ],
    [
      /3306/,
      [
        resource('aws:ec2/securityGroupRule:SecurityGroupRule', {
          type: 'ingress',
          cidrBlocks: ['0.0.0.0/0'],
          fromPort: 3306,
          toPort: 3306,
        }),
      ],
    ],
  ],
  'no-open-api': [
    [/all addresses/, [cluster({ publicAccessCidrs: ['203.0.113.0/24', '0.0.0.0/0'] })]],
    [/all addresses/, [cluster({})]],
    [/has 128\.0\.0\.0\/1/, [cluster({ publicAccessCidrs: ['0.0.0.0/1', '128.0.0.0/1'] })]],
  ],
  encryption: [
    [/storageEncrypted/, [instance({ storageEncrypted: false })]],
    [/parameterGroupName is missing/, [instance({ parameterGroupName: undefined })]],
    [/require_secure_transport/, [mysqlParameters({ require_secure_transport: '0' })]],
    [/transitEncryptionMode/, [redis({ transitEncryptionMode: 'preferred' })]],
    [/authToken is missing/, [redis({ authToken: undefined })]],
  ],
  durability: [
    [/multiAz/, [instance({ multiAz: false })]],
    [/backups/, [instance({ backupRetentionPeriod: 0 })]],
    [/innodb_flush_log_at_trx_commit/, [mysqlParameters({ innodb_flush_log_at_trx_commit: '2' })]],
    [/sync_binlog/, [mysqlParameters({ sync_binlog: '0' })]],
    [/automaticFailover/, [redis({ automaticFailoverEnabled: false })]],
    [
      /maxmemory-policy/,
      [parameters('aws:elasticache/parameterGroup:ParameterGroup', { 'maxmemory-policy': 'allkeys-lru' })],
    ],
  ],
  ...badBuckets,
  'tls-at-the-door': [
    [/no certificate/, [edge(withoutCertificate)]],
    [/port 443/, [edge({ ...tls, 'ssl-ports': '8090' })]],
    [/too old/, [edge({ ...tls, 'ssl-negotiation-policy': 'ELBSecurityPolicy-2016-08' })]],
    [
      /too old/,
      [
        subjectOf({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'edge' },
          spec: { type: 'LoadBalancer' },
        }),
      ],
    ],
  ],
  'no-secret-in-values': [
    [/mysql.url/, [release({ mysql: { url: 'mysql://berth:berth@mysql/berth' } })]],
    [/redis.0/, [release({ redis: ['rediss://:token@redis:6379'] })]],
    [/values.rootPassword/, [release({ rootPassword: 'x' })]],
    [/values.tls.key/, [release({ tls: { key: '-----BEGIN PRIVATE KEY-----\nMII' } })]],
  ],
  'no-secret-in-config-maps': [
    [
      /data.env/,
      [
        subjectOf({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'x' },
          data: { env: 'URL=redis://u:p@redis' },
        }),
      ],
    ],
  ],
  'mutual-tls': [
    [/serviceTls.enabled/, [release({ serviceTls: { insecure: true } })]],
    [/serviceTls.enabled/, [release({ serviceTls: { enabled: false } })]],
  ],
  'autoscaled-means-no-replicas': [
    [/replicas: 3/, [workload({}, { replicas: 3 }), autoscaler]],
    [/values.gate/, [release({ gate: { autoscaling: { enabled: true }, replicas: 2 } })]],
    [/values.chat/, [release({ chat: { scaling: { enabled: true }, replicas: 2 } })]],
  ],
  'budget-per-workload': [
    [/no PodDisruptionBudget/, [workload({}, { replicas: 2 })]],
    [/no PodDisruptionBudget/, [workload({}, { replicas: undefined })]],
    [/never lets go/, [workload({}, { replicas: 2 }), budget({ maxUnavailable: 0 })]],
    [/never lets go/, [workload({}, { replicas: 2 }), budget({ minAvailable: '100%' })]],
  ],
};

for (const { name, description } of [...subjectRules, ...setRules]) {
  test(`${name}: ${description}`, () => {
    for (const subjects of good[name]!) {
      assert.deepEqual(findings(name, subjects), []);
    }
    for (const [words, subjects] of bad[name]!) {
      const found = findings(name, subjects);
      assert.equal(found.length > 0, true, `${name} finds nothing where it should say ${words}`);
      assert.ok(
        found.some((finding) => words.test(finding)),
        `${words}: ${found.join('; ')}`,
      );
    }
  });
}

const findings = (name: string, subjects: Subject[]): string[] =>
  checkSubjects(subjects).filter((finding) => finding.startsWith(`${name}: `));

function drain(seconds: string): Properties[] {
  return [{ name: 'DRAIN_SECONDS', value: seconds }];
}
