import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectFiles } from '@berth/client/files';
import { connectDevice, seedPeople } from '../../harness/people.ts';
import type { PlatformDoors } from '../../harness/platform.ts';
import type { TestCluster } from './test-cluster.ts';

/** Types what the guide says: what was deleted after the back-up is there again. */
export async function filesAreBackedUp(
  cluster: TestCluster,
  platform: PlatformDoors,
  guide: string,
): Promise<void> {
  const [take, putBack] = [...guide.matchAll(/^ {4}(kubectl .* tar .* [<>] files\.tar)$/gm)].map(
    ([, line]) => line!,
  );
  const [person] = await seedPeople(platform, 1, 'k');
  const { client } = await connectDevice(platform, person!, { files: true });
  const files = connectFiles({ client, gateUrl: platform.gateUrl });
  const content = randomBytes(300_000);
  const { file } = await files.upload(content, { name: 'log.bin' }).whenReady();
  const shown = async () => {
    const [link] = await files.links([{ file }]);
    const response = await fetch(link!.urls!.original);
    return response.ok ? Buffer.from(await response.arrayBuffer()) : response.status;
  };
  assert.deepEqual(await shown(), content);
  const folder = await mkdtemp(join(tmpdir(), 'berth-back-up-'));
  try {
    await cluster.typed(take!, folder);
    const lose = ['rm', `/data/uploads/${file}`];
    await cluster.kubectl(['exec', '-n', 'berth', 'deployment/berth-files', '--', ...lose]);
    assert.equal(await shown(), 404);
    await cluster.typed(putBack!, folder);
    assert.deepEqual(await shown(), content);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await client.close();
  }
}
