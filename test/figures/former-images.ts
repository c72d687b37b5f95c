import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { clusterTools, tool } from '../deploy/cluster-tools.ts';
import { buildRevision, previousRelease } from '../harness/revision.ts';

const root = join(import.meta.dirname, '../..');

/** Images of the release before, built once by its own hand. Answers with their tag; undefined where there is no such release. */
export async function buildFormerImages(): Promise<string | undefined> {
  const before = await previousRelease(root);
  if (before === undefined) return undefined;
  const { name, folder } = await buildRevision(root, before, { say: console.log });
  const tag = `former-${name}`;
  const present = (await tool('image', join(clusterTools!, 'image')).run(['list'])).split('\n');
  if (present.includes(`docker.io/berth/chat:${tag}`)) return tag;
  await promisify(execFile)(process.execPath, ['images/main.ts', '--tag', tag], {
    cwd: folder,
    timeout: 900_000,
    maxBuffer: 1 << 26,
    env: { ...process.env, BERTH_CLUSTER_TOOLS: clusterTools },
  });
  return tag;
}
