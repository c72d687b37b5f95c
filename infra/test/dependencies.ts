import type { RecordedResource } from './recording-monitor.ts';

/**
 * Whether the engine creates `later` after `earlier`, and so destroys it before: over dependencies, and over what the
 * provider of a resource depends on, as a resource cannot do without its provider.
 */
export function isAfter(
  resources: RecordedResource[],
  later: RecordedResource,
  earlier: RecordedResource,
): boolean {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const seen = new Set<string>();
  const queue = [later];
  for (let resource = queue.pop(); resource; resource = queue.pop()) {
    for (const urn of edgesOf(resource)) {
      if (urn === earlier.urn) return true;
      const next = byUrn.get(urn);
      if (!next || seen.has(urn)) continue;
      seen.add(urn);
      queue.push(next);
    }
  }
  return false;
}

function edgesOf({ dependencies, provider }: RecordedResource): string[] {
  return provider === '' ? dependencies : [...dependencies, provider.split('::').slice(0, -1).join('::')];
}
