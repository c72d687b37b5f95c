import * as cloudwatch from '@pulumi/aws/cloudwatch/index.js';
import * as eks from '@pulumi/aws/eks/index.js';
import * as iam from '@pulumi/aws/iam/index.js';
import * as pulumi from '@pulumi/pulumi';
import { partitionOf } from './partition.ts';

export interface ClusterArgs {
  /** The cluster's name in EKS. */
  clusterName: string;
  region: string;
  version: string;
  subnetIds: pulumi.Input<string>[];
  /** CIDRs that may reach the API. */
  apiAccess: string[];
  /** Days that its logs are kept. */
  logDays: number;
  /** ARNs of IAM roles and users that administer the cluster. */
  admins: string[];
  /** Against deletion, by Pulumi and by AWS. */
  protect: boolean;
  /** Destroyed only after the cluster. */
  dependsOn: pulumi.Resource[];
}

const clusterPolicies = [
  'AmazonEKSClusterPolicy',
  'AmazonEKSComputePolicy',
  'AmazonEKSBlockStoragePolicy',
  'AmazonEKSLoadBalancingPolicy',
  'AmazonEKSNetworkingPolicy',
];
const nodePolicies = ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/**
 * EKS in Auto Mode: AWS runs the nodes, the load balancers' controller, DNS, pod networking and block storage. Of
 * Berth's pods only those of files call AWS, by a Pod Identity (`files-bucket.ts`).
 */
export class Cluster extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Secret; its user is who runs `aws eks get-token`. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Of the control plane, the nodes and the pods. */
  readonly securityGroupId: pulumi.Output<string>;
  readonly nodeRoleName: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:Cluster', name, {}, options);
    const inside = { parent: this };
    const partition = partitionOf(args.region);
    const role = (part: string, service: string, policies: string[]) =>
      createRole(`${name}-${part}`, service, policies, partition, inside);
    const [clusterRole, clusterRights] = role('control', 'eks.amazonaws.com', clusterPolicies);
    const [nodeRole, nodeRights] = role(
      'node',
      partition === 'aws-cn' ? 'ec2.amazonaws.com.cn' : 'ec2.amazonaws.com',
      nodePolicies,
    );
    // EKS would make it by itself, for ever and for nobody to delete.
    const logs = new cloudwatch.LogGroup(
      `${name}-control`,
      { name: `/aws/eks/${args.clusterName}/cluster`, retentionInDays: args.logDays },
      inside,
    );
    const cluster = new eks.Cluster(
      name,
      {
        name: args.clusterName,
        version: args.version,
        roleArn: clusterRole.arn,
        bootstrapSelfManagedAddons: false,
        accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
        // All three are Auto Mode, and are on or off together.
        computeConfig: { enabled: true, nodePools: ['system'], nodeRoleArn: nodeRole.arn },
        kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
        storageConfig: { blockStorage: { enabled: true } },
        vpcConfig: {
          subnetIds: args.subnetIds,
          endpointPrivateAccess: true,
          endpointPublicAccess: true,
          publicAccessCidrs: args.apiAccess,
        },
        enabledClusterLogTypes: ['api', 'audit', 'authenticator'],
        upgradePolicy: { supportType: 'STANDARD' },
        deletionProtection: args.protect,
      },
      {
        ...inside,
        protect: args.protect,
        // While it is deleted the cluster still takes down load balancers and nodes: with these rights, by these ways.
        dependsOn: [...clusterRights, ...nodeRights, logs, ...args.dependsOn],
        customTimeouts: { create: '30m', delete: '30m' },
      },
    );
    this.clusterName = cluster.name;
    this.arn = cluster.arn;
    this.nodeRoleName = nodeRole.name;
    this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.kubeconfig = pulumi.secret(
      pulumi
        .all([cluster.endpoint, cluster.certificateAuthority])
        .apply(([server, { data }]) => kubeconfigOf(args.clusterName, args.region, server, data)),
    );
    for (const principalArn of args.admins)
      grantAdmin(name, cluster.name, { principalArn, partition }, inside);
    this.registerOutputs({ clusterName: this.clusterName });
  }
}

/** A role that an AWS service takes on, and the policies attached to it. */
function createRole(
  name: string,
  service: string,
  policies: string[],
  partition: string,
  inside: { parent: pulumi.Resource },
): [iam.Role, iam.RolePolicyAttachment[]] {
  const role = new iam.Role(
    name,
    {
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: service }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
        ],
      }),
    },
    inside,
  );
  const attached = policies.map(
    (policy) =>
      new iam.RolePolicyAttachment(
        `${name}-${policy}`,
        { role: role.name, policyArn: `arn:${partition}:iam::aws:policy/${policy}` },
        inside,
      ),
  );
  return [role, attached];
}

function grantAdmin(
  name: string,
  clusterName: pulumi.Input<string>,
  { principalArn, partition }: { principalArn: string; partition: string },
  inside: { parent: pulumi.Resource },
): void {
  const entry = new eks.AccessEntry(`${name}-${principalArn}`, { clusterName, principalArn }, inside);
  new eks.AccessPolicyAssociation(
    `${name}-${principalArn}`,
    {
      clusterName,
      principalArn: entry.principalArn,
      policyArn: `arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
      accessScope: { type: 'cluster' },
    },
    inside,
  );
}

function kubeconfigOf(clusterName: string, region: string, server: string, authority: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': clusterName,
    contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
    clusters: [{ name: clusterName, cluster: { server, 'certificate-authority-data': authority } }],
    users: [
      {
        name: clusterName,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'aws',
            args: ['eks', 'get-token', '--cluster-name', clusterName, '--region', region, '--output', 'json'],
            interactiveMode: 'Never',
          },
        },
      },
    ],
  });
}
