import * as eks from '@pulumi/aws/eks/index.js';
import { CustomResource } from '@pulumi/kubernetes/apiextensions/customResource.js';
import * as core from '@pulumi/kubernetes/core/v1/index.js';
import * as pulumi from '@pulumi/pulumi';

export interface NodesArgs {
  clusterName: pulumi.Input<string>;
  nodeRoleName: pulumi.Input<string>;
  securityGroupId: pulumi.Input<string>;
  subnetIds: pulumi.Input<string>[];
  /** CPUs that the nodes of a pool may have together. */
  chatCpus: number;
  servicesCpus: number;
}

/** What makes a pod run on the nodes for chat, and keeps every other pod off them. */
export const chatNodes = {
  nodeSelector: { 'berth.dev/nodes': 'chat' },
  tolerations: [{ key: 'berth.dev/nodes', operator: 'Equal', value: 'chat', effect: 'NoSchedule' }],
};

/** An idle node is taken away after this long. */
const consolidateAfter = '5m';

/**
 * The nodes that Auto Mode may make. Chat has its own, which are taken away only when empty: to pack its pods closer would
 * cut thousands of connections to save one machine.
 */
export class Nodes extends pulumi.ComponentResource {
  constructor(name: string, args: NodesArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:Nodes', name, {}, options);
    const inside = { parent: this };
    // On Auto Mode NetworkPolicies do nothing until this switches their controller on ...
    const policies = new core.ConfigMap(
      `${name}-network-policies`,
      {
        metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system' },
        data: { 'enable-network-policy-controller': 'true' },
      },
      inside,
    );
    const nodeClass = new CustomResource(
      name,
      {
        apiVersion: 'eks.amazonaws.com/v1',
        kind: 'NodeClass',
        metadata: { name },
        spec: {
          role: args.nodeRoleName,
          subnetSelectorTerms: args.subnetIds.map((id) => ({ id })),
          securityGroupSelectorTerms: [{ id: args.securityGroupId }],
          // ... and the nodes enforce them. The chart denies by default in its own namespace.
          networkPolicy: 'DefaultAllow',
          networkPolicyEventLogs: 'Disabled',
          ephemeralStorage: { size: '40Gi' },
        },
      },
      { ...inside, dependsOn: [policies] },
    );
    const services = this.#pool(`${name}-services`, nodeClass, {
      labels: { 'berth.dev/nodes': 'services' },
      cpus: args.servicesCpus,
      consolidationPolicy: 'WhenEmptyOrUnderutilized',
    });
    this.#pool(`${name}-chat`, nodeClass, {
      labels: chatNodes.nodeSelector,
      cpus: args.chatCpus,
      taints: chatNodes.tolerations.map(({ key, value, effect }) => ({ key, value, effect })),
      consolidationPolicy: 'WhenEmpty',
    });
    // HorizontalPodAutoscalers read it; Auto Mode does not bring it.
    new eks.Addon(
      `${name}-metrics`,
      { clusterName: args.clusterName, addonName: 'metrics-server' },
      { ...inside, dependsOn: [services] },
    );
    this.registerOutputs();
  }

  #pool(
    name: string,
    nodeClass: CustomResource,
    {
      labels,
      taints,
      cpus,
      consolidationPolicy,
    }: { labels: Record<string, string>; taints?: object[]; cpus: number; consolidationPolicy: string },
  ): CustomResource {
    return new CustomResource(
      name,
      {
        apiVersion: 'karpenter.sh/v1',
        kind: 'NodePool',
        metadata: { name },
        spec: {
          template: {
            metadata: { labels },
            spec: {
              nodeClassRef: {
                group: 'eks.amazonaws.com',
                kind: 'NodeClass',
                name: nodeClass.metadata.apply((metadata) => metadata.name),
              },
              ...(taints && { taints }),
              requirements: [
                { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
                { key: 'kubernetes.io/arch', operator: 'In', values: ['arm64', 'amd64'] },
                { key: 'eks.amazonaws.com/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
                { key: 'eks.amazonaws.com/instance-generation', operator: 'Gt', values: ['5'] },
                { key: 'eks.amazonaws.com/instance-cpu', operator: 'In', values: ['2', '4', '8', '16'] },
              ],
              // A new image of the node every three weeks, which Auto Mode enforces: both together are its 504 hours.
              expireAfter: '480h',
              terminationGracePeriod: '24h',
            },
          },
          limits: { cpu: String(cpus) },
          disruption: {
            consolidationPolicy,
            consolidateAfter,
            // One node at a time.
            budgets: [{ nodes: '1' }],
          },
        },
      },
      { parent: this, dependsOn: [nodeClass] },
    );
  }
}
