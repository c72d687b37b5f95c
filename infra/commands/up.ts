import { join } from 'node:path';
import process from 'node:process';
import { checkCluster, parseKubeconfig } from '../kubeconfig.ts';
import { PreflightError, requireTools } from '../preflight.ts';
import { loadedImages } from '../releases/node-images.ts';
import { show } from '../run-command.ts';
import { sourcesTag } from './image-tag.ts';
import { describeMade, initStack } from './init-stack.ts';
import {
  createKindCluster,
  kindClusterExists,
  kindKubeconfig,
  loadImages,
  repository,
} from './kind-cluster.ts';
import { mendReleases } from './mend-releases.ts';
import { PulumiStack } from './pulumi-stack.ts';
import { report } from './report.ts';

const usage = `npm run up -- kind [ARGUMENTS OF pulumi up]
    makes the cluster if it is missing, builds and loads the images, and brings Berth up on it
npm run up -- aws [ARGUMENTS OF pulumi up]
    makes the secrets that are missing and brings Berth up on AWS, images included; asks before it does`;

await report('up', async () => {
  const [name, ...more] = process.argv.slice(2);
  if (name === 'kind') await upKind(more);
  else if (name === 'aws') await upAws(more);
  else throw new Error(usage);
});

async function upKind(more: string[]): Promise<void> {
  await requireTools(['node', 'docker', 'kind', 'kubectl', 'helm', 'pulumi']);
  const stack = new PulumiStack('kind');
  await stack.select();
  if (!(await kindClusterExists())) await createKindCluster();
  const kubeconfig = await kindKubeconfig();
  await checkCluster(parseKubeconfig(kubeconfig)).catch((error: Error) => {
    throw new PreflightError(
      `${error.message}: docker start berth-control-plane, or kind delete cluster --name berth and try again`,
    );
  });
  console.log(describeMade(stack, await initStack(stack, kubeconfig)));
  const tag = sourcesTag();
  await loadImages(tag);
  await stack.set('imageTag', tag);
  await up(stack, ['--yes', ...(await mendReleases(stack, kubeconfig)), ...more], {
    [loadedImages]: `${repository}:${tag}`,
  });
}

async function upAws(more: string[]): Promise<void> {
  await requireTools(['node', 'docker', 'buildx', 'aws', 'kubectl', 'pulumi']);
  const stack = new PulumiStack('aws');
  await stack.select();
  const initialised = await initStack(stack);
  console.log(describeMade(stack, initialised));
  const { open } = initialised;
  if (open.length > 0) throw new PreflightError(`still to be set, then try again:\n${open.join('\n')}`);
  await stack.set('imageTag', sourcesTag());
  const kubeconfig = await stack.output('kubeconfig');
  await up(stack, [...(kubeconfig === undefined ? [] : await mendReleases(stack, kubeconfig)), ...more]);
}

/** The policy pack judges the preview, before anything is created. */
async function up(stack: PulumiStack, more: string[], env: Record<string, string> = {}): Promise<void> {
  await show('pulumi', ['up', '--stack', stack.name, '--policy-pack', 'infra/policy', ...more], {
    interactive: true,
    // Each run starts Node six times and more.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/node'), ...env },
  });
}
