import * as core from '@pulumi/kubernetes/core/v1/index.js';
import * as pulumi from '@pulumi/pulumi';
import { applied, readChart } from '../chart.ts';
import type { StoresValues } from '../generated/stores-values.ts';
import type { Inputs } from '../inputs.ts';
import { type AppRelease, createAppRelease } from './app-release.ts';
import { checksumOf } from './checksum.ts';
import { ours } from './ours.ts';
import { restricted } from './pod-security.ts';

export interface StoresArgs {
  namespace: string;
  mysqlImage: string;
  redisImage: string;
  mailImage: string;
  mailNodePort: number;
  mysqlRootPassword: pulumi.Input<string>;
  mysqlPassword: pulumi.Input<string>;
  redisPassword: pulumi.Input<string>;
  checksumKey: pulumi.Input<string>;
  /** Any text; with another one the release is applied again. */
  reapply: string;
  /** Default 900: official images are pulled for it, of half a gigabyte. */
  timeoutSeconds: number | undefined;
  kubeconfig: pulumi.Output<string>;
}

/** MySQL, Redis and a mail catcher on the cluster itself: for kind and for trying, not for people's messages. */
export class Stores extends pulumi.ComponentResource {
  readonly mysqlHost: string;
  readonly redisHost: string;
  readonly mailHost: string;
  readonly app: AppRelease;

  constructor(name: string, args: StoresArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:kind:Stores', name, {}, options);
    const inside = { parent: this };
    const namespace = new core.Namespace(
      name,
      { metadata: { name: args.namespace, labels: restricted } },
      inside,
    );
    const passwords = new core.Secret(
      `${name}-passwords`,
      {
        metadata: { name: `${name}-passwords`, namespace: namespace.metadata.name, annotations: ours },
        stringData: {
          'root-password': args.mysqlRootPassword,
          'mysql-password': args.mysqlPassword,
          'redis-password': args.redisPassword,
        },
      },
      inside,
    );
    const chart = readChart('stores');
    const existingSecret = passwords.metadata.name;
    const values: Inputs<StoresValues> = {
      chartHash: applied(chart.hash, args.reapply),
      mysql: {
        image: args.mysqlImage,
        existingSecret,
        passwordKey: 'mysql-password',
        // A server takes a changed password when it starts.
        checksum: checksumOf(args.checksumKey, [args.mysqlRootPassword, args.mysqlPassword]),
        resources: { requests: { cpu: '100m' } },
      },
      redis: {
        image: args.redisImage,
        existingSecret,
        passwordKey: 'redis-password',
        checksum: checksumOf(args.checksumKey, [args.redisPassword]),
        resources: { requests: { cpu: '50m' } },
      },
      mail: {
        image: args.mailImage,
        serviceType: 'NodePort',
        nodePort: args.mailNodePort,
        resources: { requests: { cpu: '20m' } },
      },
    };
    this.app = createAppRelease(
      name,
      {
        chart,
        namespace: namespace.metadata.name,
        namespaceName: args.namespace,
        timeoutSeconds: args.timeoutSeconds ?? 900,
        maxHistory: 5,
        values,
        kubeconfig: args.kubeconfig,
        isClusterThere: true,
      },
      inside,
    );
    const host = (part: string) => `${name}-${part}.${args.namespace}.svc.cluster.local`;
    this.mysqlHost = host('mysql');
    this.redisHost = host('redis');
    this.mailHost = host('mail');
    this.registerOutputs();
  }
}
