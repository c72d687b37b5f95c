import type { ClusterObject } from '../kubectl.ts';

/** What a release waits for at the moment, in words: its parts whose pods are not ready, and how far they are. */
export function awaitedOf(objects: ClusterObject[]): string {
  const parts = new Map<string, string[]>();
  for (const pod of objects.filter(({ kind, metadata }) => kind === 'Pod' && !metadata.deletionTimestamp)) {
    const stage = stageOf(pod);
    if (stage === undefined) continue;
    const part = pod.metadata.labels?.['app.kubernetes.io/component'] ?? pod.metadata.name;
    parts.set(part, [...(parts.get(part) ?? []), stage]);
  }
  return [...parts]
    .map(([part, stages]) => {
      const how = [...new Set(stages)].sort().join(', ');
      return stages.length > 1 ? `${stages.length} of ${part} (${how})` : `${part} (${how})`;
    })
    .sort()
    .join(', ');
}

/** Undefined: nothing waits for this pod. */
function stageOf({ metadata, status }: ClusterObject): string | undefined {
  const { phase, conditions = [], initContainerStatuses = [], containerStatuses = [] } = status ?? {};
  const is = (type: string) =>
    conditions.some((each: { type: string; status: string }) => each.type === type && each.status === 'True');
  if (phase === 'Succeeded' || is('Ready')) return undefined;
  if (!is('PodScheduled')) return 'has no node yet';
  if (containerStatuses.some(({ state }: Container) => state?.running))
    // A Job's pod is awaited until it has ended.
    return metadata.labels?.['batch.kubernetes.io/job-name'] ? 'running' : 'starting';
  if (initContainerStatuses.some(({ state }: Container) => state?.running)) return 'preparing';
  return 'being created';
}

interface Container {
  state?: { running?: object };
}
