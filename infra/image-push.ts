import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as pulumi from '@pulumi/pulumi';
import { services as apps } from '../images/arguments.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

export interface ImagePushArgs {
  region: string;
  /** Registry and path before the names of the images. */
  repository: pulumi.Input<string>;
  tag: string;
}

/**
 * Builds and pushes the images that the registry does not have, after the repositories are made and before the first pod
 * wants one: so one `pulumi up` is enough for an empty account. Never runs in a preview.
 */
export function createImagePush({ region, repository, tag }: ImagePushArgs): pulumi.ResourceHook {
  const known = pulumi.output(repository);
  return new pulumi.ResourceHook('push-images', async () => {
    const target = await new Promise<string>((resolve) => {
      known.apply(resolve);
    });
    await pushImages(region, target, tag);
  });
}

/** Rejects with one line that says what to do. */
export async function pushImages(region: string, repository: string, tag: string): Promise<void> {
  const images = apps.map((app) => `${repository}/${app}:${tag}`);
  try {
    await logIn(region, repository.split('/')[0]!);
    const present = await Promise.all(images.map(isPresent));
    if (present.every((there) => there)) return;
    // Tags do not change, so what is there already is not pushed again.
    const missing = apps.filter((_, index) => !present[index]).flatMap((app) => ['--app', app]);
    await show('node', ['images/main.ts', '--tag', tag, '--push', repository, ...missing]);
  } catch (error) {
    throw new Error(
      `${(error as Error).message.trim().split('\n')[0]}: push the images yourself ` +
        `(npm run images -- --tag ${tag} --push ${repository}) and run pulumi up again`,
    );
  }
}

async function logIn(region: string, registry: string): Promise<void> {
  const { stdout: password } = await run('aws', ['ecr', 'get-login-password', '--region', region]);
  const login = run('docker', ['login', '--username', 'AWS', '--password-stdin', registry]);
  login.child.stdin?.end(password);
  await login;
}

async function isPresent(image: string): Promise<boolean> {
  try {
    await run('docker', ['manifest', 'inspect', image]);
    return true;
  } catch {
    return false;
  }
}

function show(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0]} failed with exit code ${code}`)),
    );
  });
}
