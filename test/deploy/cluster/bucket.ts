import { existsSync } from 'node:fs';
import { eventually } from '@berth/fixtures';
import {
  credentials,
  type Seaweed,
  startSeaweed,
  weedBinary,
} from '../../../apps/files/src/fixtures/seaweedfs.ts';
import type { Installation } from './installation.ts';
import type { TestCluster } from './test-cluster.ts';

/** Why there is no bucket; false when there is one. */
export const missingBucket = existsSync(weedBinary)
  ? false
  : 'there is no SeaweedFS: docs/files.md says how it is built';

const name = 'berth-files';
/** Of the same form as those that the stack makes. */
const secret = 'berth-bucket';

/** Has files kept in a bucket by two replicas until the next `install`, from which on they are on a volume again. */
export async function withBucket(
  cluster: TestCluster,
  installation: Installation,
  use: (bucket: Seaweed) => Promise<void>,
): Promise<void> {
  // Pods reach the node's address, as this machine does.
  const [node] = await cluster.list('default', 'nodes');
  const { address } = node!.status.addresses.find(({ type }: { type: string }) => type === 'InternalIP');
  const bucket = await startSeaweed(name, address);
  try {
    const { accessKeyId, secretAccessKey } = credentials;
    const object = {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: secret } },
      stringData: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    };
    const namespace = installation.namespaceOf('berth');
    await cluster.kubectl(['apply', '-n', namespace, '-f', '-'], JSON.stringify(object));
    const s3 = { bucket: name, endpoint: bucket.endpoint, pathStyle: true, existingSecret: secret };
    const values = Object.entries({ ...s3, port: new URL(bucket.endpoint).port });
    const sets = ['storage=s3', 'replicas=2', ...values.map(([key, value]) => `s3.${key}=${value}`)];
    const former = (await cluster.pods(namespace, 'files')).map(({ metadata }) => metadata.uid);
    await installation.install(
      'berth',
      sets.flatMap((set) => ['--set', `files.${set}`]),
    );
    // Helm waits for pods that come, and not for those that go, which still have what came to them before.
    await eventually(
      'files has its new pods alone',
      async () => {
        const label = 'app.kubernetes.io/component=files';
        const pods = await cluster.list(namespace, 'pods', label);
        return pods.length === 2 && pods.every(({ metadata }) => !former.includes(metadata.uid));
      },
      120_000,
    );
    await use(bucket);
  } finally {
    await bucket.close();
  }
}
