import { RunError } from '@pulumi/pulumi';
import type { Kubectl } from '../kubectl.ts';
import { CommandError } from '../run-command.ts';

/** A release that an earlier run has left in the midst of something. Nothing can be done with it until it is out of it. */
export interface PendingRelease {
  name: string;
  namespace: string;
  /** `pending-install`, `pending-upgrade`, `pending-rollback`, or `uninstalling`. */
  state: string;
  /** Whether there is a revision to go back to. */
  wasDeployed: boolean;
  /** Name of the Secret in which Helm keeps the pending revision. */
  record: string;
}

/** Undefined when nothing is pending. Rejects when the cluster does not say. */
export async function findPendingRelease(
  kubectl: Kubectl,
  namespace: string,
  name: string,
): Promise<PendingRelease | undefined> {
  // As Helm keeps a release: a Secret for each revision, whose labels say what became of it.
  const revisions = await kubectl.list('secrets', [
    '--namespace',
    namespace,
    '-l',
    `owner=helm,name=${name}`,
  ]);
  const states = revisions
    .map(({ metadata: { name: record, labels = {} } }) => ({
      record,
      revision: Number(labels.version),
      state: labels.status ?? '',
    }))
    .sort((a, b) => a.revision - b.revision);
  const { state = '', record = '' } = states.at(-1) ?? {};
  if (!state.startsWith('pending-') && state !== 'uninstalling') return undefined;
  const wasDeployed = states.some((one) => one.state === 'deployed' || one.state === 'superseded');
  return { name, namespace, state, wasDeployed, record };
}

/** The command of Helm that brings it out of it. */
export function mendingCommand({ name, namespace, state, wasDeployed }: PendingRelease): string[] {
  const action = wasDeployed && state !== 'uninstalling' ? 'rollback' : 'uninstall';
  return ['helm', action, name, '--namespace', namespace];
}

/** Throws a RunError when one of the releases (name → namespace) is pending. One that nothing is known of is none. */
export async function requireSettled(kubectl: Kubectl, releases: Record<string, string>): Promise<void> {
  const found = await Promise.all(
    Object.entries(releases).map(([name, namespace]) =>
      findPendingRelease(kubectl, namespace, name).catch((error) => {
        // Without kubectl, or an answer, the release itself will tell.
        if (error instanceof CommandError) return undefined;
        throw error;
      }),
    ),
  );
  const pending = found.filter((one) => one !== undefined);
  if (pending.length > 0) throw new RunError(pending.map(describePending).join('\n'));
}

function describePending(pending: PendingRelease): string {
  const { name, namespace, state } = pending;
  const command = mendingCommand(pending).join(' ');
  return (
    `the release ${name} in the namespace ${namespace} is ${state}: an earlier run ended midway, and what the engine ` +
    `knows of it is not so. Run ${command}, then pulumi up --refresh (npm run up does both)`
  );
}
