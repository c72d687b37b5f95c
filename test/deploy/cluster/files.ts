import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { connectFiles } from '@berth/client/files';
import { eventually } from '@berth/fixtures';
import type { Seaweed } from '../../../apps/files/src/fixtures/seaweedfs.ts';
import {
  closeAll,
  connectDevice,
  type Device,
  befriend as makeFriends,
  seedPeople,
} from '../../harness/people.ts';
import type { PlatformDoors } from '../../harness/platform.ts';
import { announce, downloadPicture, noisePng, uploadPicture } from '../../llfcchat/old-pictures.ts';
import { QtClient } from '../../llfcchat/qt-client.ts';
import { withBucket } from './bucket.ts';
import type { ClusterDoors } from './doors.ts';
import type { Installation } from './installation.ts';
import type { TestCluster } from './test-cluster.ts';

const berth = 'berth';
/** As the service hands them to S3: what is not a whole part is lost with the process that has it. */
const partBytes = 8 * 1_048_576;
const sentBytes = 2 * partBytes + 500_000;

/** Two replicas on a bucket: one goes on where the other was killed, and clients of the llfcchat dialect see pictures. */
export const filesOutliveAReplica = (
  cluster: TestCluster,
  installation: Installation,
  doors: ClusterDoors,
): Promise<void> =>
  withBucket(cluster, installation, (bucket) =>
    doors.withPlatform(async (platform) => {
      await uploadOutlivesItsReplica(cluster, platform, bucket);
      await oldClientsShareAPicture(platform);
    }),
  );

/** The pod that has an upload in its hands is killed; another goes on, and S3 gives the file to whoever may have it. */
async function uploadOutlivesItsReplica(
  cluster: TestCluster,
  platform: PlatformDoors,
  bucket: Seaweed,
): Promise<void> {
  const devices: Device[] = [];
  for (const person of await seedPeople(platform, 3, 'f'))
    devices.push(await connectDevice(platform, person, { files: true }));
  const [ann, bob, eve] = devices as [Device, Device, Device];
  const conversation = await makeFriends(ann, bob);
  const filesOf = ({ client }: Device) => connectFiles({ client, gateUrl: platform.gateUrl });
  const content = randomBytes(20_000_000);
  const name = 'log.bin';

  const { file, over } = await beginAndHold(platform, ann, content.length, content.subarray(0, sentBytes));
  const areStored = async () => (await bucket.parts(file)) === 2;
  const stored = eventually('two parts are in the bucket', areStored, 120_000).then(() => 'stored');
  const outcome = await Promise.race([stored, over]).catch(async (cause: unknown) => {
    throw new Error(await logsOf(cluster), { cause });
  });
  stored.catch(() => {});
  assert.equal(outcome, 'stored', 'the request goes on');
  const [holder] = await eventually('one pod has it', async () => {
    const holders = await holdersAmong(cluster);
    return holders.length === 1 && holders;
  });
  await cluster.kubectl(['delete', 'pod', '-n', berth, holder!, '--grace-period=0', '--force']);

  const upload = filesOf(ann).upload(content, { name, saved: { file } });
  let wentOnAt = 0;
  upload.onProgress(({ sentBytes }) => {
    wentOnAt ||= sentBytes;
  });
  const { kind, type = '', bytes } = await upload.whenReady();
  assert.deepEqual([upload.file, kind, bytes], [file, 'file', content.length]);
  assert.ok(wentOnAt >= 2 * partBytes, `it went on at ${wentOnAt}`);

  const attachments = [{ file, kind: 'file' as const, name, bytes, type }];
  const { seq } = await ann.client.send(conversation, '', { attachments }).whenSent();
  const [link] = await filesOf(bob).links([{ conversation, seq, file }]);
  const answer = await fetch(link!.urls!.original, { redirect: 'manual' });
  assert.equal(answer.status, 302);
  const elsewhere = answer.headers.get('location')!;
  assert.ok(elsewhere.startsWith(`${bucket.endpoint}/`), 'no pod passes bytes on');
  const whole = await fetch(elsewhere);
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), content);
  const refused = await filesOf(eve).links([{ conversation, seq, file }, { file }]);
  assert.deepEqual(
    refused.map(({ urls }) => urls),
    [undefined, undefined],
  );
  await closeAll(devices);
}

/** Begins an upload, and sends the beginning of it in a request that goes on for ever; `over` says how it has ended all the same. */
async function beginAndHold(
  platform: PlatformDoors,
  { client }: Device,
  bytes: number,
  beginning: Buffer,
): Promise<{ file: string; over: Promise<string> }> {
  const { files } = await client.platform();
  const url = `${new URL(files!.url, platform.gateUrl).href}/v1/uploads`;
  const headers = { authorization: `Bearer ${client.token}`, 'tus-resumable': '1.0.0' };
  const metadata = { 'upload-length': String(bytes), 'upload-metadata': 'name bG9nLmJpbg==' };
  const created = await fetch(url, { method: 'POST', headers: { ...headers, ...metadata } });
  assert.equal(created.status, 201, await created.text());
  const file = created.headers.get('location')!.split('/').at(-1)!;
  const held = request(`${url}/${file}`, {
    method: 'PATCH',
    headers: {
      ...{ ...headers, 'upload-offset': '0', 'content-length': String(bytes) },
      'content-type': 'application/offset+octet-stream',
    },
  });
  const over = new Promise<string>((resolve) => {
    held.once('response', (response) =>
      text(response).then(
        (body) => resolve(`${response.statusCode} ${body}`),
        (error) => resolve(`${response.statusCode} ${error}`),
      ),
    );
    held.on('error', (error) => resolve(String(error)));
  });
  held.write(beginning);
  return { file, over };
}

const logsOf = (cluster: TestCluster): Promise<string> =>
  cluster.kubectl(['logs', '-n', berth, '-l', 'app.kubernetes.io/component=files', '--prefix', '--tail=60']);

/** Pods of files that have an upload in their hands. */
async function holdersAmong(cluster: TestCluster): Promise<string[]> {
  const pods = await cluster.pods(berth, 'files');
  assert.equal(pods.length, 2);
  const held = await Promise.all(
    pods.map(async ({ status }) => {
      const printed = await (await fetch(`http://${status.podIP}:9105/metrics`)).text();
      return /^files_kept\{[^}]*what="uploads"[^}]*\} [1-9]/m.test(printed);
    }),
  );
  return pods.filter((_, index) => held[index]).map(({ metadata }) => metadata.name);
}

/** Two clients of the llfcchat dialect come through the edge, and one sees the picture of the other. */
async function oldClientsShareAPicture(platform: PlatformDoors): Promise<void> {
  const people = await seedPeople(platform, 2, 'q');
  const devices = [await connectDevice(platform, people[0]!), await connectDevice(platform, people[1]!)];
  await makeFriends(devices[0]!, devices[1]!);
  await closeAll(devices);
  const clients: QtClient[] = [];
  for (const { id, ...person } of people) {
    const client = new QtClient({ uid: id, ...person }, { variant: 'threads', pictures: true });
    await client.logIn(platform);
    clients.push(client);
  }
  const [ann, bob] = clients as [QtClient, QtClient];
  const picture = noisePng(200);
  await uploadPicture(ann, await announce(ann, bob.user.uid, picture), picture);
  const told = await bob.frame(1039, undefined, 30_000);
  assert.deepEqual(await downloadPicture(bob, { ...told, name: told.img_name }), picture);
  assert.deepEqual([ann.faults, bob.faults], [[], []]);
  for (const client of clients) client.logOut();
}
