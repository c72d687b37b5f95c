import type { ClusterObject } from '../kubectl.ts';
import { troublesOfPod } from './troubles.ts';

/**
 * Pods that stand in the way of what their StatefulSet is to be by now: it replaces none before it is ready, and these never
 * will be, whatever is set after the mistake.
 */
export function stuckPods(objects: ClusterObject[]): string[] {
  const wanted = new Map(
    objects
      .filter(({ kind }) => kind === 'StatefulSet')
      .map(({ metadata, status }) => [metadata.name, status?.updateRevision]),
  );
  return objects
    .filter((object) => {
      if (object.kind !== 'Pod' || object.metadata.deletionTimestamp) return false;
      const { ownerReferences = [], labels = {} } = object.metadata;
      const revision = wanted.get(ownerReferences.find(({ kind }) => kind === 'StatefulSet')?.name ?? '');
      const isFormer = revision !== undefined && revision !== labels['controller-revision-hash'];
      return isFormer && troublesOfPod(object).length > 0;
    })
    .map(({ metadata }) => metadata.name);
}
