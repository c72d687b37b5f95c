import * as lb from '@pulumi/aws/lb/index.js';
import { Provider as AwsProvider } from '@pulumi/aws/provider.js';
import * as route53 from '@pulumi/aws/route53/index.js';
import * as core from '@pulumi/kubernetes/core/v1/index.js';
import type * as helm from '@pulumi/kubernetes/helm/v3/index.js';
import { Provider as KubernetesProvider } from '@pulumi/kubernetes/provider.js';
import * as pulumi from '@pulumi/pulumi';
import { Alarms } from '../components/alarms.ts';
import { Cache } from '../components/cache.ts';
import { Certificate } from '../components/certificate.ts';
import { Cluster } from '../components/cluster.ts';
import { Database } from '../components/database.ts';
import { FilesBucket } from '../components/files-bucket.ts';
import { FlowLogs } from '../components/flow-logs.ts';
import { Network } from '../components/network.ts';
import { chatNodes, Nodes } from '../components/nodes.ts';
import { Registry } from '../components/registry.ts';
import type { AwsConfig } from '../config.ts';
import { createImagePush } from '../image-push.ts';
import type { Endpoint, Images, Ingress, Platform } from '../platform.ts';
import { requireTools } from '../preflight.ts';
import { edgeReadySeconds } from '../releases/release-timeout.ts';

/** AWS: a VPC over three zones, EKS in Auto Mode, RDS MySQL, ElastiCache Redis, ECR, and one NLB that ends TLS. */
export async function createAws(config: AwsConfig): Promise<Platform> {
  await requirePushTools(config);
  // Names that must be known before there is anything, or that people type.
  const clusterName = `berth-${pulumi.getStack()}`;
  const { region, protect } = config;
  const aws = new AwsProvider('aws', {
    region,
    defaultTags: { tags: { project: pulumi.getProject(), stack: pulumi.getStack() } },
  });
  const onAws = { providers: [aws] };
  const network = new Network('network', { ...config, cidr: config.vpcCidr, clusterName }, onAws);
  if (config.flowLogs !== 'none')
    new FlowLogs('flow', { vpcId: network.vpcId, traffic: config.flowLogs, days: config.logDays }, onAws);
  const cluster = new Cluster(
    'cluster',
    {
      clusterName,
      region,
      version: config.kubernetesVersion,
      subnetIds: network.privateSubnets,
      apiAccess: config.apiAccess,
      logDays: config.logDays,
      admins: config.clusterAdmins,
      protect,
      dependsOn: network.ways,
    },
    onAws,
  );
  const kubernetes = new KubernetesProvider('kubernetes', {
    kubeconfig: cluster.kubeconfig,
    clusterIdentifier: cluster.arn,
    enableSecretMutable: true,
    enableConfigMapMutable: true,
  });
  const nodes = new Nodes(
    'nodes',
    {
      clusterName: cluster.clusterName,
      nodeRoleName: cluster.nodeRoleName,
      securityGroupId: cluster.securityGroupId,
      subnetIds: network.privateSubnets,
      // Some times what all pods ask for: room for their replacement, and an end to what a mistake may cost.
      chatCpus: 4 * config.chatMax + 16,
      servicesCpus: 2 * (config.gateMax + config.edgeMax) + 16,
    },
    { providers: [aws, kubernetes] },
  );
  const stores = {
    vpcId: network.vpcId,
    subnetIds: network.dataSubnets,
    clients: cluster.securityGroupId,
    protect,
  };
  // Of each restored instance another one: a name that is taken would keep it from being made, or deleted.
  const named = (...parts: string[]) =>
    [clusterName, ...config.mysqlSnapshot.split(/[^a-zA-Z0-9]+/), ...parts]
      .filter((part) => part !== '')
      .join('-');
  const database = new Database(
    'mysql',
    {
      ...stores,
      instanceClass: config.mysqlClass,
      storageGiB: config.mysqlStorageGiB,
      backupDays: config.mysqlBackupDays,
      snapshot: config.mysqlSnapshot,
      password: config.mysqlPassword,
      instanceName: named('mysql')
        .toLowerCase()
        .slice(-63)
        .replace(/^[^a-z]+/, ''),
      logDays: config.logDays,
      finalSnapshot: named('final'),
    },
    onAws,
  );
  const cache = new Cache(
    'redis',
    {
      ...stores,
      ...{ engine: config.redisEngine, nodeType: config.redisClass, password: config.redisPassword },
    },
    onAws,
  );
  if (config.alarmTopic)
    new Alarms(
      'alarms',
      {
        topic: config.alarmTopic,
        mysql: database.identifier,
        mysqlStorageGiB: config.mysqlStorageGiB,
        redis: cache.identifier,
      },
      onAws,
    );
  const bucket = new FilesBucket(
    'files',
    {
      clusterName: cluster.clusterName,
      namespace: config.namespace,
      // As the chart calls it, of the release `berth`.
      serviceAccount: 'berth-files',
      origin: `https://${config.domain}`,
      logBucket: config.filesLogBucket,
      protect,
    },
    onAws,
  );
  const registry = new Registry('images', { path: clusterName, protect }, onAws);
  return {
    kubernetes,
    kubeconfig: cluster.kubeconfig,
    mysql: { url: database.url, port: 3306, peers: blocksOf(config), authority: config.mysqlAuthority },
    // Amazon's public authority signed Redis' certificate: every system trusts it.
    redis: { url: cache.url, port: 6379, peers: blocksOf(config) },
    smtp: smtpOf(config),
    images: imagesOf(config, registry),
    ingress: ingressOf(config, onAws),
    gate: { autoscaling: { enabled: true, max: config.gateMax } },
    files: { storage: 's3', replicas: 2, s3: { bucket: bucket.bucket, region } },
    chat: chatNodes,
    // An edge is ready when the load balancer knows it: its budget then keeps two nodes that are emptied one after the other
    // from taking the old edges away before new ones have traffic, which `minReadySeconds` does in a rollout alone.
    namespaceLabels: { 'eks.amazonaws.com/pod-readiness-gate-inject': 'enabled' },
    // Auto Mode answers DNS on each node itself, where no pod selector finds it.
    dns: [],
    foundation: [cluster, nodes, database, cache, bucket, registry],
    publish: (release) => publish(config, release, aws, kubernetes),
  };
}

/** The images are pushed half an hour into the first update: what that needs is asked for before. */
async function requirePushTools({ pushImages }: AwsConfig): Promise<void> {
  if (!pushImages || pulumi.runtime.isDryRun()) return;
  try {
    await requireTools(['docker', 'buildx', 'aws']);
  } catch (error) {
    const mend = 'or push the images from elsewhere and pulumi config set berth:pushImages false';
    throw new pulumi.RunError((error as Error).message.replaceAll(/$/gm, `, ${mend}`));
  }
}

/** Addresses of databases change when they fail over; the VPC's do not, and security groups say the rest. */
const blocksOf = ({ vpcCidr }: AwsConfig): Endpoint['peers'] => [{ ipBlock: { cidr: vpcCidr } }];

function smtpOf({ smtpUrl }: AwsConfig): Endpoint {
  // The port is no secret, and the NetworkPolicies need it in plain sight.
  const port = smtpUrl.apply((url) => Number(new URL(url).port) || (url.startsWith('smtps:') ? 465 : 587));
  return { url: smtpUrl, port: pulumi.unsecret(port), peers: [] };
}

function imagesOf(config: AwsConfig, { repository }: Registry): Images {
  if (!config.pushImages) return { repository };
  const push = createImagePush({ region: config.region, repository, tag: config.imageTag });
  return { repository, hooks: { beforeCreate: [push], beforeUpdate: [push] } };
}

function ingressOf(config: AwsConfig, onAws: pulumi.ComponentResourceOptions): Ingress {
  const { domain, hostedZone, tcpPort, filesPort } = config;
  const certificate = config.certificate
    ? pulumi.output(config.certificate)
    : new Certificate('certificate', { domain, hostedZone, protect: config.protect }, onAws).arn;
  const annotations = {
    scheme: 'internet-facing',
    // Straight to the pods: no second hop over a node.
    'nlb-target-type': 'ip',
    'backend-protocol': 'tcp',
    'ssl-cert': certificate,
    'ssl-ports': config.plainTcp ? '443' : `443,${tcpPort},${filesPort}`,
    'ssl-negotiation-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    'proxy-protocol': '*',
    attributes: 'load_balancing.cross_zone.enabled=true',
    // PROXY protocol tells the client's address; keeping it in the packets, too, would only bar two connections from one
    // port of a client and bring a limit of its own.
    'target-group-attributes': 'preserve_client_ip.enabled=false,deregistration_delay.timeout_seconds=60',
    // A new edge gets traffic sooner than by the default of 30 s and five successes.
    'healthcheck-protocol': 'tcp',
    'healthcheck-port': 'traffic-port',
    'healthcheck-interval': '10',
    'healthcheck-healthy-threshold': '2',
    'healthcheck-unhealthy-threshold': '2',
  };
  const prefix = 'service.beta.kubernetes.io/aws-load-balancer-';
  return {
    host: domain,
    port: tcpPort,
    filesPort,
    url: `https://${domain}`,
    edge: {
      image: config.edgeImage,
      proxyProtocol: true,
      // A load balancer needs minutes to begin with a target: the next edge is replaced only when that has happened, also
      // where nothing has told the pod so.
      minReadySeconds: edgeReadySeconds,
      // It sends new connections for two minutes to one that leaves, whatever `deregistration_delay` says.
      preStopSeconds: 150,
      autoscaling: { enabled: true, max: config.edgeMax },
      service: {
        type: 'LoadBalancer',
        loadBalancerClass: 'eks.amazonaws.com/nlb',
        httpPort: 443,
        tcpPort,
        filesPort,
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([name, value]) => [prefix + name, value]),
        ),
      },
    },
  };
}

/** Points the domain at the load balancer, where its zone is known; else NOTES and the output say what to point it at. */
function publish(
  { domain, hostedZone }: AwsConfig,
  release: helm.Release,
  aws: AwsProvider,
  kubernetes: KubernetesProvider,
): void {
  if (!hostedZone) return;
  const service = core.Service.get(
    'edge',
    pulumi.interpolate`${release.status.namespace}/${release.status.name}-edge`,
    { provider: kubernetes },
  );
  const name = service.status.loadBalancer.ingress[0]!.hostname;
  const { id: zoneId } = lb.getHostedZoneIdOutput({ loadBalancerType: 'network' }, { provider: aws });
  new route53.Record(
    'address',
    {
      zoneId: hostedZone,
      name: domain,
      type: 'A',
      aliases: [{ name, zoneId, evaluateTargetHealth: true }],
    },
    { provider: aws },
  );
}
