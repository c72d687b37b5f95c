import * as core from '@pulumi/kubernetes/core/v1/index.js';
import * as pulumi from '@pulumi/pulumi';
import { readChart } from '../chart.ts';
import type { Config } from '../config.ts';
import type { Platform } from '../platform.ts';
import { releaseTimeout } from '../releases/release-timeout.ts';
import { type AppRelease, createAppRelease } from './app-release.ts';
import { BerthSecrets } from './berth-secrets.ts';
import { createBerthValues } from './berth-values.ts';
import { restricted } from './pod-security.ts';

export interface BerthArgs {
  config: Config;
  platform: Platform;
}

/** Berth on a cluster: its namespace, its Secrets, and the chart that makes everything else. */
export class Berth extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly app: AppRelease;

  constructor(name: string, { config, platform }: BerthArgs, options: pulumi.ComponentResourceOptions = {}) {
    super('berth:index:Berth', name, {}, { ...options, providers: [platform.kubernetes] });
    const namespace = new core.Namespace(
      name,
      { metadata: { name: config.namespace, labels: { ...restricted, ...platform.namespaceLabels } } },
      // The namespace goes last, with whatever the chart leaves in it, and while there still is a cluster.
      { parent: this, dependsOn: platform.foundation },
    );
    this.namespace = namespace.metadata.name;
    const secrets = new BerthSecrets(name, { config, platform, namespace: this.namespace }, { parent: this });
    const chart = readChart('berth');
    this.app = createAppRelease(
      name,
      {
        chart,
        namespace: this.namespace,
        namespaceName: config.namespace,
        timeoutSeconds: releaseTimeout(config),
        maxHistory: 10,
        values: createBerthValues(config, platform, secrets, chart.hash),
        kubeconfig: platform.kubeconfig,
        isClusterThere: config.platform === 'kind',
        hooks: platform.images.hooks,
      },
      // Pods outlive none of this: the stores, the nodes and the load balancer's controller are destroyed after them.
      { parent: this, dependsOn: [secrets, ...platform.foundation] },
    );
    this.registerOutputs({ namespace: this.namespace });
  }
}
