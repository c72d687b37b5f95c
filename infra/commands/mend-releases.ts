import { Kubectl } from '../kubectl.ts';
import { PreflightError, requireTools } from '../preflight.ts';
import { findPendingRelease, mendingCommand, type PendingRelease } from '../releases/pending-release.ts';
import { show } from '../run-command.ts';
import type { PulumiStack } from './pulumi-stack.ts';

/**
 * Brings releases out of what a run that was killed has left them in: to the revision before, or away when there was none.
 * Answers with what `pulumi up` needs to be told then: what the engine knows of them is not so.
 */
export async function mendReleases(stack: PulumiStack, kubeconfig: string): Promise<string[]> {
  const kubectl = new Kubectl(kubeconfig);
  const namespace = (await stack.settings()).get('namespace') ?? 'berth';
  const releases =
    stack.name === 'kind' ? { stores: `${namespace}-stores`, berth: namespace } : { berth: namespace };
  const found = await Promise.all(
    Object.entries(releases).map(([name, space]) => findPendingRelease(kubectl, space, name)),
  );
  const pending = found.filter((one) => one !== undefined);
  if (pending.length === 0) return [];
  await requireTools(['helm']);
  await requireNoOther(stack);
  for (const one of pending) {
    const [helm, ...args] = mendingCommand(one);
    console.log(
      `The release ${one.name} is ${one.state}, as an earlier run ended midway: ${[helm, ...args].join(' ')}`,
    );
    await kubectl
      .withFile((file) => show(helm!, [...args, '--kubeconfig', file]))
      .catch((error) => forget(kubectl, one, error));
  }
  return ['--refresh'];
}

/**
 * Helm does not find its way back over a Job that the killed run has not come to. It may have left the release failed, over
 * which the next run goes; else the pending revision is taken out of its books.
 */
async function forget(kubectl: Kubectl, { name, namespace }: PendingRelease, error: Error): Promise<void> {
  const still = await findPendingRelease(kubectl, namespace, name);
  if (still?.wasDeployed === false) throw error;
  if (still) await kubectl.run(['delete', 'secret', '--namespace', namespace, still.record]);
  console.log(`The release ${name} is brought up over what there is of it.`);
}

/** What is pending may belong to a run that goes on: the engine lets nobody in beside it. */
async function requireNoOther(stack: PulumiStack): Promise<void> {
  try {
    await stack.touch();
  } catch (error) {
    throw new PreflightError(
      `${(error as Error).message}: when no other run is going on, pulumi cancel --stack ${stack.name}, and try again`,
    );
  }
}
