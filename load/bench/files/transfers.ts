import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { get, request } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectFiles } from '@berth/client/files';
import { freePort } from '@berth/stores';
import type { Device } from '@berth/test/people';
import type { Platform } from '@berth/test/platform';
import type { Pair } from './pair.ts';

const gigabyte = 1_073_741_824;
const pieceBytes = 1_048_576;

/** Uploads and downloads of one gigabyte in MB/s, and what the service took more of memory than idle meanwhile, in MB. */
export async function measureTransfers(
  platform: Platform,
  { client }: Device,
  folder: string,
  rounds: number,
  say: (line: string) => void,
) {
  const files = connectFiles({ client, gateUrl: platform.gateUrl });
  const base = (await client.platform()).files!.url;
  const headers = { authorization: `Bearer ${client.token}`, 'tus-resumable': '1.0.0' };
  const bare = await startBare(join(folder, 'bare'));
  const nginx = await startNginx(folder);
  const upload: Pair = { ours: [], other: [] };
  const download: Pair = { ours: [], other: [] };
  // With the code of it loaded: what is counted is what a transfer takes.
  const small = files.upload(randomBytes(pieceBytes), { name: 'small' });
  await small.whenReady();
  const [first] = await files.links([{ file: small.file! }]);
  await (await fetch(first!.urls!.original)).arrayBuffer();
  const idle = rssOf(platform);
  let most = idle;
  const watch = setInterval(() => {
    most = Math.max(most, rssOf(platform));
  }, 50);
  for (let round = 0; round < rounds; round++) {
    const begun = await fetch(`${base}/v1/uploads`, {
      method: 'POST',
      headers: { ...headers, 'upload-length': String(gigabyte), 'upload-metadata': `name ${btoa('large')}` },
    });
    const file = begun.headers.get('location')!.split('/').at(-1)!;
    upload.ours.push(
      await send(`${base}/v1/uploads/${file}`, 'PATCH', {
        ...{ ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      }),
    );
    upload.other.push(await send(`http://127.0.0.1:${bare.port}/`, 'PUT', {}));
    await files.describe(file, 10_000);
    const [link] = await files.links([{ file }]);
    download.ours.push(await receive(link!.urls!.original));
    if (nginx) download.other.push(await receive(`http://127.0.0.1:${nginx.port}/bare`));
    await files.remove(file);
    say(
      `round ${round + 1}: up ${upload.ours.at(-1)!.toFixed(0)} MB/s, bare ${upload.other.at(-1)!.toFixed(0)}`,
    );
  }
  clearInterval(watch);
  bare.child.kill('SIGKILL');
  nginx?.child.kill('SIGTERM');
  return { upload, download, rss: Math.round((most - idle) / 1e6) };
}

const rssOf = (platform: Platform): number => {
  const status = readFileSync(`/proc/${platform.service('files').pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1_024;
};

/** MB a second. */
async function send(url: string, method: string, headers: Record<string, string>): Promise<number> {
  const began = performance.now();
  const sent = request(url, { method, headers: { ...headers, 'content-length': String(gigabyte) } });
  const answered = once(sent, 'response');
  const piece = randomBytes(pieceBytes);
  for (let bytes = 0; bytes < gigabyte; bytes += pieceBytes)
    if (!sent.write(piece)) await once(sent, 'drain');
  sent.end();
  const [response] = await answered;
  if (response.statusCode !== 204) throw new Error(`${method}: ${response.statusCode}`);
  response.resume();
  return gigabyte / 1e3 / (performance.now() - began);
}

async function receive(url: string): Promise<number> {
  const began = performance.now();
  const [response] = await once(get(url), 'response');
  if (response.statusCode !== 200) throw new Error(`GET: ${response.statusCode}`);
  response.resume();
  await once(response, 'end');
  return gigabyte / 1e3 / (performance.now() - began);
}

async function startBare(file: string): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-servers.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout!, 'data');
  return { port: Number(String(line)), child };
}

/** Undefined where nginx is not installed. */
async function startNginx(folder: string): Promise<{ port: number; child: ChildProcess } | undefined> {
  if (spawnSync('nginx', ['-v']).error) return undefined;
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; ${process.getuid?.() === 0 ? 'user root;' : ''} pid ${folder}/nginx.pid; error_log stderr; events {}
     http { access_log off; sendfile on; server { listen 127.0.0.1:${port}; root ${folder}; } }`,
  );
  const child = spawn('nginx', ['-c', config, '-p', folder], { stdio: 'ignore' });
  for (let tries = 0; tries < 50; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/nginx.conf`).catch(() => undefined);
    if (answer) return { port, child };
    await sleep(100);
  }
  return undefined;
}
