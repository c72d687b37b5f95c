import type { KubernetesApi } from './kubernetes-api.ts';
import { findPod, podsPath } from './kubernetes-pods.ts';
import type { Scaler } from './scaler.ts';

export interface KubernetesScalerOptions {
  namespace: string;
  deployment: string;
  api: KubernetesApi;
}

/** Where a pod finds the token and the authority of its ServiceAccount. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

interface Scale {
  metadata: { resourceVersion: string };
  spec: { replicas?: number };
}

/**
 * The chat Deployment on Kubernetes, over the API server. The ServiceAccount needs: get and patch on
 * deployments/scale of that Deployment, list and patch on pods.
 */
export class KubernetesScaler implements Scaler {
  readonly #options: KubernetesScalerOptions;
  readonly #api: KubernetesApi;
  #scale: Scale | undefined;

  constructor(options: KubernetesScalerOptions) {
    this.#options = options;
    this.#api = options.api;
  }

  async readScale(): Promise<number> {
    this.#scale = await this.#api.call<Scale>('GET', this.#scalePath());
    return this.#scale.spec.replicas ?? 0;
  }

  async writeScale(from: number, to: number): Promise<void> {
    if (!this.#scale || (this.#scale.spec.replicas ?? 0) !== from) await this.readScale();
    const { metadata, spec } = this.#scale!;
    if ((spec.replicas ?? 0) !== from) throw new Error(`the scale is ${spec.replicas}, not ${from}`);
    // With the version read, so that whoever changed it meanwhile is not overruled: 409.
    const patch = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { replicas: to } };
    this.#scale = await this.#api.call<Scale>('PATCH', this.#scalePath(), patch);
  }

  async markFirstToGo(node: string): Promise<void> {
    const pod = await this.#podOf(node);
    await this.#api.call('PATCH', `${podsPath(this.#options.namespace)}/${pod}`, {
      metadata: { annotations: { [deletionCost]: '-2147483647' } },
    });
  }

  /** Elsewhere than by its address a node is named like its pod, which is taken at its word. */
  async #podOf(node: string): Promise<string> {
    if (!/^\d{1,3}(-\d{1,3}){3}$/.test(node)) return node;
    const pod = await findPod(this.#api, this.#options.namespace, node);
    if (!pod) throw new Error(`no pod has the address of ${node}`);
    return pod.metadata.name;
  }

  #scalePath(): string {
    const { namespace, deployment } = this.#options;
    return `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}/scale`;
  }
}
