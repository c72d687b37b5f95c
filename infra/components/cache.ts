import * as elasticache from '@pulumi/aws/elasticache/index.js';
import * as pulumi from '@pulumi/pulumi';
import { createStoreAccess } from './store-access.ts';

export interface CacheArgs {
  vpcId: pulumi.Input<string>;
  subnetIds: pulumi.Input<string>[];
  /** Security group of those who may connect. */
  clients: pulumi.Input<string>;
  engine: 'valkey' | 'redis';
  nodeType: string;
  password: pulumi.Input<string>;
  protect: boolean;
}

const versions = {
  valkey: { engine: 'valkey', engineVersion: '8.0', family: 'valkey8' },
  redis: { engine: 'redis', engineVersion: '7.1', family: 'redis7' },
};

/** Valkey 8 or Redis 7 with a replica in another zone, TLS and a password. It evicts nothing: what it holds is state, no cache of ours. */
export class Cache extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly identifier: pulumi.Output<string>;

  constructor(name: string, args: CacheArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:Cache', name, {}, options);
    const inside = { parent: this };
    const access = createStoreAccess(name, { vpcId: args.vpcId, from: args.clients, port: 6379 }, inside);
    const subnets = new elasticache.SubnetGroup(name, { subnetIds: args.subnetIds }, inside);
    const { engine, engineVersion, family } = versions[args.engine];
    const parameterGroup = new elasticache.ParameterGroup(
      name,
      { family, parameters: [{ name: 'maxmemory-policy', value: 'noeviction' }] },
      inside,
    );
    const group = new elasticache.ReplicationGroup(
      name,
      {
        description: 'Routes, placement, presence, codes and limits of Berth',
        engine,
        engineVersion,
        nodeType: args.nodeType,
        numCacheClusters: 2,
        automaticFailoverEnabled: true,
        multiAzEnabled: true,
        subnetGroupName: subnets.name,
        securityGroupIds: [access.id],
        parameterGroupName: parameterGroup.name,
        transitEncryptionEnabled: true,
        transitEncryptionMode: 'required',
        atRestEncryptionEnabled: true,
        authToken: args.password,
        // The old password holds until the pods have the new one.
        authTokenUpdateStrategy: 'ROTATE',
        snapshotRetentionLimit: 1,
        maintenanceWindow: 'sun:04:30-sun:05:30',
        applyImmediately: true,
      },
      { ...inside, protect: args.protect, customTimeouts: { create: '60m', update: '60m', delete: '60m' } },
    );
    this.identifier = group.id;
    this.url = pulumi.interpolate`rediss://:${args.password}@${group.primaryEndpointAddress}:6379`;
    this.registerOutputs();
  }
}
