import * as pulumi from '@pulumi/pulumi';
import { services as apps } from '../images/arguments.ts';
import { capture, show } from './run-command.ts';

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
  try {
    const password = await capture('aws', ['ecr', 'get-login-password', '--region', region]);
    const registry = repository.split('/')[0]!;
    await capture('docker', ['login', '--username', 'AWS', '--password-stdin', registry], password);
    const present = await Promise.all(apps.map((app) => isPresent(`${repository}/${app}:${tag}`)));
    if (present.every((there) => there)) return;
    // Tags do not change, so what is there already is not pushed again.
    const missing = apps.filter((_, index) => !present[index]).flatMap((app) => ['--app', app]);
    await show('node', ['images/main.ts', '--tag', tag, '--push', repository, ...missing]);
  } catch (error) {
    throw new Error(
      `${(error as Error).message}: push the images yourself (npm run images -- --tag ${tag} --push ${repository}) ` +
        'and run pulumi up again',
    );
  }
}

async function isPresent(image: string): Promise<boolean> {
  try {
    await capture('docker', ['manifest', 'inspect', image]);
    return true;
  } catch {
    return false;
  }
}
