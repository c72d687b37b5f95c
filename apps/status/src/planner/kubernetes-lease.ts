import { type KubernetesApi, KubernetesError } from './kubernetes-api.ts';

export interface KubernetesLeaseOptions {
  api: KubernetesApi;
  namespace: string;
  name: string;
  /** Of this process. */
  holder: string;
  /** Default 15 s: so long after its last sign of life a holder is taken for gone. */
  durationMs?: number;
  /** Monotonic; default: this process'. */
  clock?: () => number;
}

interface Lease {
  metadata: { resourceVersion: string };
  spec?: { holderIdentity?: string; renewTime?: string; leaseTransitions?: number };
}

/**
 * A Lease of `coordination.k8s.io`, held by one process at a time. Whether its holder is alive is judged by how long its
 * record has not changed as seen from here, so that clocks need not agree. The ServiceAccount needs: create on leases, get and
 * update on this one.
 */
export class KubernetesLease {
  readonly #options: Required<KubernetesLeaseOptions>;
  #seen: { version: string; atMs: number } | undefined;

  constructor(options: KubernetesLeaseOptions) {
    this.#options = { durationMs: 15_000, clock: () => performance.now(), ...options };
  }

  /** Takes or renews it; false: another process holds it. Rejects when the API server cannot be asked. */
  async hold(): Promise<boolean> {
    const { holder, durationMs, clock } = this.#options;
    const lease = await this.#read();
    if (!lease) return this.#write('POST', this.#leasesPath(), { transitions: 0 });
    const { metadata, spec = {} } = lease;
    if (this.#seen?.version !== metadata.resourceVersion)
      this.#seen = { version: metadata.resourceVersion, atMs: clock() };
    const isOwn = spec.holderIdentity === holder;
    const isFree = !spec.holderIdentity || clock() - this.#seen.atMs > durationMs;
    if (!isOwn && !isFree) return false;
    const transitions = (spec.leaseTransitions ?? 0) + (isOwn ? 0 : 1);
    // With the version read: of two who find it free one is refused.
    return this.#write('PUT', this.#leasePath(), { transitions, version: metadata.resourceVersion });
  }

  async #read(): Promise<Lease | undefined> {
    try {
      return await this.#options.api.call<Lease>('GET', this.#leasePath());
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #write(
    method: 'POST' | 'PUT',
    path: string,
    { transitions, version }: { transitions: number; version?: string },
  ): Promise<boolean> {
    const { api, name, namespace, holder, durationMs } = this.#options;
    const renewTime = new Date().toISOString().replace(/Z$/, '000Z');
    try {
      await api.call(method, path, {
        ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
        metadata: { name, namespace, ...(version !== undefined && { resourceVersion: version }) },
        spec: {
          ...{ holderIdentity: holder, renewTime, leaseTransitions: transitions },
          leaseDurationSeconds: Math.ceil(durationMs / 1_000),
        },
      });
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 409) return false;
      throw error;
    }
  }

  #leasesPath(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases`;
  }

  #leasePath(): string {
    return `${this.#leasesPath()}/${this.#options.name}`;
  }
}
