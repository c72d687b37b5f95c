import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from '@berth/fixtures';

interface Lease {
  metadata: { resourceVersion: string };
  spec: { holderIdentity: string; leaseTransitions: number };
}

/** What the planner tells the cluster of. */
interface ClusterEvent {
  reason: string;
  involvedObject: { kind: string; name: string };
}

interface Asked {
  metadata: { resourceVersion?: string; annotations?: Record<string, string> };
  spec: { replicas: number } & Lease['spec'];
}

const token = 'the-token-of-a-service-account';
const namespace = 'berth';
const deployment = 'berth-chat';

/**
 * As much of Kubernetes' API server as status talks to: the scale of a Deployment whose pods are called like nodes, their
 * annotations, a Lease and events. It may be away, and then takes connections and answers nobody.
 */
export class FakeApiServer {
  readonly #server: Server;
  readonly #folder: string;
  readonly #held = new Set<ServerResponse>();
  #isAway = false;
  #version = 1;
  replicas = 0;
  /** Calls that were not answered. */
  unanswered = 0;
  lease: Lease | undefined;
  /** Pods that are the first to go. */
  readonly firstToGo: string[] = [];
  /** Called before an event is answered. */
  onEvent: (event: ClusterEvent) => void = () => {};

  private constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'berth-api-server-'));
    const authority = new CertificateAuthority('cluster');
    writeFileSync(join(this.#folder, 'ca.crt'), authority.cert);
    writeFileSync(join(this.#folder, 'token'), `${token}\n`);
    this.#server = createServer(authority.issue('127.0.0.1'), (request, response) => {
      this.#take(request, response).catch((error: Error) => response.destroy(error));
    });
  }

  static async start(): Promise<FakeApiServer> {
    const api = new FakeApiServer();
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  /** What status is told of it, as a pod is. */
  get environment(): Record<string, string> {
    return {
      ...{ SCALER: 'kubernetes', SCALER_NAMESPACE: namespace, SCALER_DEPLOYMENT: deployment },
      ...{ SCALER_CREDENTIALS: this.#folder, KUBERNETES_SERVICE_HOST: '127.0.0.1' },
      KUBERNETES_SERVICE_PORT: String((this.#server.address() as AddressInfo).port),
    };
  }

  leave(): void {
    this.#isAway = true;
  }

  comeBack(): void {
    this.#isAway = false;
    // Whoever asked meanwhile learns that the connection is gone.
    for (const response of this.#held) response.destroy();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.#isAway) return this.#hold(response);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    const [status, answer] = isKnown
      ? this.#answer(request.method!, new URL(request.url!, 'https://api'), body)
      : [401, { message: 'Unauthorized' }];
    // What it was told may have made it go away.
    if (this.#isAway) return this.#hold(response);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #hold(response: ServerResponse): void {
    this.unanswered++;
    this.#held.add(response);
    response.once('close', () => this.#held.delete(response));
  }

  #answer(method: string, { pathname, searchParams }: URL, body: Asked): [number, object] {
    const core = `/api/v1/namespaces/${namespace}`;
    const scalePath = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}/scale`;
    if (pathname === scalePath) return method === 'GET' ? [200, this.#scale()] : this.#setScale(body);
    if (pathname.includes('/leases')) return method === 'GET' ? this.#readLease() : this.#setLease(body);
    if (pathname.startsWith(`${core}/events`)) {
      if (method === 'POST') this.onEvent(body as unknown as ClusterEvent);
      return [200, {}];
    }
    if (pathname === `${core}/pods`) {
      const [, name] = /^metadata\.name=(.+)$/.exec(searchParams.get('fieldSelector') ?? '') ?? [];
      return [200, { items: name === undefined ? [] : [{ metadata: { name, uid: `uid-of-${name}` } }] }];
    }
    if (pathname.startsWith(`${core}/pods/`)) {
      if (body.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'])
        this.firstToGo.push(pathname.split('/').at(-1)!);
      return [200, {}];
    }
    return [404, { message: `no ${pathname}` }];
  }

  #scale(): object {
    return { metadata: { resourceVersion: String(this.#version) }, spec: { replicas: this.replicas } };
  }

  #setScale({ metadata, spec }: Asked): [number, object] {
    if (metadata.resourceVersion !== String(this.#version)) return [409, { message: 'Conflict' }];
    this.replicas = spec.replicas;
    this.#version++;
    return [200, this.#scale()];
  }

  #readLease(): [number, object] {
    return this.lease ? [200, this.lease] : [404, { message: 'not found' }];
  }

  #setLease({ metadata, spec }: Asked): [number, object] {
    if (metadata.resourceVersion !== this.lease?.metadata.resourceVersion)
      return [409, { message: 'Conflict' }];
    const { holderIdentity, leaseTransitions } = spec;
    this.lease = {
      metadata: { resourceVersion: String(Number(metadata.resourceVersion ?? 0) + 1) },
      spec: { holderIdentity, leaseTransitions },
    };
    return [200, this.lease];
  }
}
