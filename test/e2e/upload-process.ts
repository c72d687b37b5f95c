import { openAsBlob } from 'node:fs';
import process from 'node:process';
import { createClient } from '@berth/client';
import { connectFiles } from '@berth/client/files';

/**
 * A client that uploads, in a process of its own: `GATE_URL EMAIL PASSWORD PATH END [FILE]`. It prints the file's id, and is killed when
 * it has sent END bytes, which it may do itself, since nobody else is as quick. FILE: what another has begun.
 */
const [gateUrl, email, password, path, end, file] = process.argv.slice(2) as [
  ...[string, string, string, string, string],
  string | undefined,
];
const client = createClient({ gateUrl });
await client.logIn({ email, password });
const upload = connectFiles({ client, gateUrl }).upload(await openAsBlob(path), {
  ...{ name: 'log.bin', chunkBytes: 65_536 },
  ...(file !== undefined && { saved: { file } }),
});
let isTold = false;
upload.onProgress(({ sentBytes }) => {
  if (upload.file !== undefined && !isTold) process.stdout.write(upload.file);
  isTold = upload.file !== undefined;
  if (sentBytes >= Number(end)) process.kill(process.pid, 'SIGKILL');
});
await upload.whenReady();
