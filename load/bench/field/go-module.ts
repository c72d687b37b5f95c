import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { cacheFolder } from '@berth/test/cache-folder';
import { MissingPeer } from './missing-peer.ts';

export interface GoModule {
  /** Such as `github.com/nats-io/nats-server/v2`. */
  path: string;
  version: string;
  /** What it installs. */
  command: string;
}

/** The module's command, built once into the cache. */
export async function buildGoModule(
  { path, version, command }: GoModule,
  say: (line: string) => void,
): Promise<string> {
  const folder = join(cacheFolder(), 'go', `${command}-${version}`);
  const binary = join(folder, command);
  if (existsSync(binary)) return binary;
  if (spawnSync('go', ['version']).error)
    throw new MissingPeer(`${command} is left out: it is built with Go, which is not installed`);
  await mkdir(folder, { recursive: true });
  say(`building ${command} ${version} (go install ${path}@v${version})`);
  const child = spawn('go', ['install', `${path}@v${version}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-2_000);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0)
    throw new MissingPeer(
      `${command} is left out: go install failed (${code}): ${said.trim().split('\n').at(-1)}`,
    );
  return binary;
}
