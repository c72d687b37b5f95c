import { createHash } from 'node:crypto';
import type { Log } from '@berth/telemetry';
import type { FleetEvent, FleetEvents } from './fleet-events.ts';
import { type KubernetesApi, KubernetesError } from './kubernetes-api.ts';
import { findPod } from './kubernetes-pods.ts';

export interface KubernetesEventsOptions {
  api: KubernetesApi;
  namespace: string;
  /** Of chat. */
  deployment: string;
  /** Of this replica; default: none is named. */
  instance?: string;
  log: Log;
  /** Monotonic; default: this process'. */
  clock?: () => number;
}

/** Waiting to be written at most; the newest are dropped beyond. */
const maxWaiting = 64;
/** Writes at once at most, and how long it takes until another one may be made. */
const burst = 25;
const refillMs = 3_000;
/** What happens again within so long is counted in the event that is there. */
const sameMs = 600_000;
const maxSame = 256;

interface ObjectReference {
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string;
  uid?: string;
}

interface Written {
  name: string;
  count: number;
  atMs: number;
}

/**
 * Events of the cluster, in the namespace of chat: `kubectl describe` shows them with the Deployment, and with the pod of the
 * node that they are about. They are for reading: one that cannot be written is dropped. The ServiceAccount needs: create and
 * patch on events, get on deployments/scale, list on pods.
 */
export class KubernetesEvents implements FleetEvents {
  readonly #options: KubernetesEventsOptions & { clock: () => number };
  readonly #waiting: FleetEvent[] = [];
  readonly #same = new Map<string, Written>();
  #deployment: ObjectReference | undefined;
  #tokens = burst;
  #filledAtMs: number;
  #writing: Promise<void> | undefined;
  #dropped = 0;

  constructor(options: KubernetesEventsOptions) {
    this.#options = { clock: () => performance.now(), ...options };
    this.#filledAtMs = this.#options.clock();
  }

  /** Events that were not written: too many, or the API server did not take them. */
  get dropped(): number {
    return this.#dropped;
  }

  record(event: FleetEvent): void {
    if (this.#waiting.length >= maxWaiting || !this.#takeToken()) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(event);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Once what was recorded before is written, or dropped. */
  async close(): Promise<void> {
    await this.#writing;
  }

  #takeToken(): boolean {
    const passed = Math.floor((this.#options.clock() - this.#filledAtMs) / refillMs);
    this.#filledAtMs += passed * refillMs;
    this.#tokens = Math.min(burst, this.#tokens + passed);
    if (this.#tokens === 0) return false;
    this.#tokens -= 1;
    return true;
  }

  async #writeAll(): Promise<void> {
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      try {
        await this.#write(event);
      } catch (err) {
        this.#dropped += 1;
        this.#options.log.warn({ err, reason: event.reason }, 'an event was not written to the cluster');
      }
    }
  }

  async #write(event: FleetEvent): Promise<void> {
    const { api, namespace, deployment, instance = '', clock } = this.#options;
    const path = `/api/v1/namespaces/${namespace}/events`;
    const key = JSON.stringify([event.reason, event.node, event.message]);
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const before = this.#same.get(key);
    if (before && clock() - before.atMs < sameMs) {
      const count = before.count + 1;
      if (await this.#patch(`${path}/${before.name}`, { count, lastTimestamp: time })) {
        this.#same.set(key, { ...before, count });
        return;
      }
    }
    const name = `${deployment}.${createHash('sha256').update(`${key}${time}${instance}`).digest('hex').slice(0, 16)}`;
    await api.call('POST', path, {
      ...{ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace } },
      involvedObject: await this.#about(event.node),
      ...{ reason: event.reason, message: event.message.slice(0, 1_024), type: 'Normal' },
      ...{ firstTimestamp: time, lastTimestamp: time, count: 1 },
      source: { component: 'berth-planner' },
      ...{ reportingComponent: 'berth.dev/planner', reportingInstance: instance },
    });
    this.#same.delete(key);
    this.#same.set(key, { name, count: 1, atMs: clock() });
    if (this.#same.size > maxSame) this.#same.delete(this.#same.keys().next().value!);
  }

  /** False: it is there no more. */
  async #patch(path: string, body: object): Promise<boolean> {
    try {
      await this.#options.api.call('PATCH', path, body);
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return false;
      throw error;
    }
  }

  async #about(node: string | undefined): Promise<ObjectReference> {
    const { api, namespace, deployment } = this.#options;
    const pod = node === undefined ? undefined : await findPod(api, namespace, node);
    if (pod) {
      const { name, uid } = pod.metadata;
      return { apiVersion: 'v1', kind: 'Pod', name, namespace, ...(uid && { uid }) };
    }
    this.#deployment ??= await this.#readDeployment(api, namespace, deployment);
    return this.#deployment;
  }

  /** A scale has the uid of what it scales, without which `kubectl describe` would not find the event. */
  async #readDeployment(api: KubernetesApi, namespace: string, name: string): Promise<ObjectReference> {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/scale`;
    const { metadata } = await api.call<{ metadata: { uid?: string } }>('GET', path);
    const { uid } = metadata;
    return { apiVersion: 'apps/v1', kind: 'Deployment', name, namespace, ...(uid && { uid }) };
  }
}
