import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Scaler } from './scaler.ts';

export interface KubernetesScalerOptions {
  namespace: string;
  deployment: string;
  /** Of the API server. Default: what Kubernetes puts into every pod's environment. */
  url: string;
  /** Folder with `token` and `ca.crt`; both are read again for each call, since they rotate. */
  credentials: string;
  /** Default 5 s. */
  timeoutMs?: number;
}

/** Where a pod finds the token and the authority of its ServiceAccount. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const maxAnswerBytes = 8 * 1024 * 1024;

interface Scale {
  metadata: { resourceVersion: string };
  spec: { replicas?: number };
}

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
  status: { podIP?: string };
}

/**
 * The chat Deployment on Kubernetes, over the API server. The ServiceAccount needs: get and patch on
 * deployments/scale of that Deployment, list and patch on pods.
 */
export class KubernetesScaler implements Scaler {
  readonly #options: Required<KubernetesScalerOptions>;
  #scale: Scale | undefined;

  constructor(options: KubernetesScalerOptions) {
    this.#options = { timeoutMs: 5_000, ...options };
  }

  async readScale(): Promise<number> {
    this.#scale = await this.#call<Scale>('GET', this.#scalePath());
    return this.#scale.spec.replicas ?? 0;
  }

  async writeScale(from: number, to: number): Promise<void> {
    if (!this.#scale || (this.#scale.spec.replicas ?? 0) !== from) await this.readScale();
    const { metadata, spec } = this.#scale!;
    if ((spec.replicas ?? 0) !== from) throw new Error(`the scale is ${spec.replicas}, not ${from}`);
    // With the version read, so that whoever changed it meanwhile is not overruled: 409.
    const patch = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { replicas: to } };
    this.#scale = await this.#call<Scale>('PATCH', this.#scalePath(), patch);
  }

  async markFirstToGo(node: string): Promise<void> {
    const pod = await this.#podOf(node);
    await this.#call('PATCH', `${this.#podsPath()}/${pod}`, {
      metadata: { annotations: { [deletionCost]: '-2147483647' } },
    });
  }

  /** A node is named after its pod's address, dashed; elsewhere like its pod. */
  async #podOf(node: string): Promise<string> {
    if (!/^\d{1,3}(-\d{1,3}){3}$/.test(node)) return node;
    const address = node.replaceAll('-', '.');
    const selector = encodeURIComponent(`status.podIP=${address}`);
    const { items } = await this.#call<{ items: Pod[] }>(
      'GET',
      `${this.#podsPath()}?fieldSelector=${selector}`,
    );
    const pod = items.find((item) => item.status.podIP === address && !item.metadata.deletionTimestamp);
    if (!pod) throw new Error(`no pod has the address of ${node}`);
    return pod.metadata.name;
  }

  #scalePath(): string {
    const { namespace, deployment } = this.#options;
    return `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}/scale`;
  }

  #podsPath(): string {
    return `/api/v1/namespaces/${this.#options.namespace}/pods`;
  }

  #call<Answer>(method: 'GET' | 'PATCH', path: string, body?: object): Promise<Answer> {
    const { url, credentials, timeoutMs } = this.#options;
    const target = new URL(path, url);
    const secure = target.protocol === 'https:';
    const text = body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = (secure ? requestHttps : requestHttp)(
        target,
        {
          method,
          signal: AbortSignal.timeout(timeoutMs),
          ...(secure && { ca: readFileSync(`${credentials}/ca.crt`) }),
          headers: {
            accept: 'application/json',
            authorization: `Bearer ${readFileSync(`${credentials}/token`, 'utf8').trim()}`,
            ...(text && {
              'content-type': 'application/merge-patch+json',
              'content-length': Buffer.byteLength(text),
            }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > maxAnswerBytes)
              request.destroy(new Error(`${method} ${path}: the answer is too large`));
            chunks.push(chunk);
          });
          response.on('error', reject);
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString('utf8');
            if (response.statusCode! >= 200 && response.statusCode! < 300) return resolve(JSON.parse(answer));
            reject(new Error(`${method} ${path}: ${response.statusCode} ${reasonOf(answer)}`));
          });
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  }
}

function reasonOf(answer: string): string {
  try {
    return String((JSON.parse(answer) as { message?: string }).message ?? '').slice(0, 200);
  } catch {
    return '';
  }
}
