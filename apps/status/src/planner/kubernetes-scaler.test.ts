import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { KubernetesApi } from './kubernetes-api.ts';
import { KubernetesScaler } from './kubernetes-scaler.ts';

/** As much of an API server as the scaler talks to. */
const cluster = {
  replicas: 3,
  version: 1,
  annotations: new Map<string, string>(),
  fail: undefined as number | undefined,
  calls: [] as string[],
};
const pods = [
  {
    metadata: { name: 'chat-old', deletionTimestamp: '2026-01-01T00:00:00Z' },
    status: { podIP: '10.1.2.3' },
  },
  { metadata: { name: 'chat-new' }, status: { podIP: '10.1.2.3' } },
];
const scalePath = '/apis/apps/v1/namespaces/berth/deployments/chat/scale';
const scale = () => ({
  metadata: { resourceVersion: String(cluster.version) },
  spec: { replicas: cluster.replicas },
});

let server: Server;
let scaler: KubernetesScaler;
const folder = mkdtempSync(join(tmpdir(), 'berth-scaler-'));
before(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    const url = new URL(request.url!, 'http://api');
    cluster.calls.push(`${request.method} ${url.pathname}`);
    const answer = (code: number, value: object) => {
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (request.headers.authorization !== 'Bearer the-token') return answer(401, { message: 'Unauthorized' });
    if (cluster.fail) return answer(cluster.fail, { message: 'the server is down' });
    if (url.pathname === scalePath && request.method === 'GET') return answer(200, scale());
    if (request.headers['content-type'] !== 'application/merge-patch+json' && request.method === 'PATCH')
      return answer(415, { message: 'unsupported' });
    if (url.pathname === scalePath) {
      if (body.metadata.resourceVersion !== String(cluster.version))
        return answer(409, { message: 'Conflict' });
      cluster.replicas = body.spec.replicas;
      cluster.version += 1;
      return answer(200, scale());
    }
    const [, name] = /^\/api\/v1\/namespaces\/berth\/pods(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (name) {
      cluster.annotations.set(name, JSON.stringify(body.metadata.annotations));
      return answer(200, {});
    }
    answer(200, { items: url.searchParams.get('fieldSelector') === 'status.podIP=10.1.2.3' ? pods : [] });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  writeFileSync(join(folder, 'token'), 'the-token\n');
});
beforeEach(() => {
  Object.assign(cluster, { replicas: 3, version: 1, fail: undefined, calls: [] });
  scaler = new KubernetesScaler({
    namespace: 'berth',
    deployment: 'chat',
    api: new KubernetesApi({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: folder,
    }),
  });
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test('reads and writes the scale of the Deployment', async () => {
  assert.equal(await scaler.readScale(), 3);
  await scaler.writeScale(3, 5);
  assert.equal(cluster.replicas, 5);
  assert.equal(await scaler.readScale(), 5);
});

test('does not overrule who changed the scale meanwhile', async () => {
  await scaler.readScale();
  Object.assign(cluster, { replicas: 9, version: 2 });
  await assert.rejects(scaler.writeScale(3, 2), /409 Conflict/);
  assert.equal(cluster.replicas, 9);
  await scaler.readScale();
  await assert.rejects(scaler.writeScale(3, 2), /the scale is 9, not 3/);
});

test('marks the pod that has the address a node is named after, not one that is going already', async () => {
  await scaler.markFirstToGo('10-1-2-3');
  assert.deepEqual(
    [...cluster.annotations],
    [['chat-new', '{"controller.kubernetes.io/pod-deletion-cost":"-2147483647"}']],
  );
  await assert.rejects(scaler.markFirstToGo('10-9-9-9'), /no pod has the address of 10-9-9-9/);
});

test('says what the API server said', async () => {
  cluster.fail = 503;
  await assert.rejects(scaler.readScale(), /503 the server is down/);
});

test('gives up on a server that is not there', async () => {
  const nowhere = new KubernetesScaler({
    ...{ namespace: 'berth', deployment: 'chat' },
    api: new KubernetesApi({ url: 'http://127.0.0.1:1', credentials: folder }),
  });
  await assert.rejects(nowhere.readScale(), /ECONNREFUSED/);
});
