import { stringify } from 'yaml';
import type { RecordedResource } from './recording-monitor.ts';

/** A recording as text to compare: in an order of its own, without secrets and what is derived from them. */
export function describeRecording(resources: RecordedResource[]): string {
  const nameOf = new Map(resources.map(({ urn, type, name }) => [urn, `${type} ${name}`]));
  const described = resources
    .filter(({ type }) => type !== 'pulumi:pulumi:Stack')
    .map((resource) => ({
      resource: `${resource.type} ${resource.name}`,
      in: nameOf.get(resource.parent),
      ...(resource.provider && {
        provider: nameOf.get(resource.provider.split('::').slice(0, -1).join('::')),
      }),
      ...(resource.protect && { protect: true }),
      ...(resource.hooks.length > 0 && { hooks: resource.hooks }),
      ...(resource.dependencies.length > 0 && {
        after: resource.dependencies.map((urn) => nameOf.get(urn)).sort(),
      }),
      inputs: mask(resource.inputs, '', new Set(resource.secretPaths)),
    }));
  return stringify(
    described.sort((a, b) => (a.resource < b.resource ? -1 : 1)),
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** Random or changing with every edit of a chart; that they are there is enough. */
const derived = /(^|\.)(checksum|chartHash)$/;

function mask(value: unknown, path: string, secretPaths: Set<string>): unknown {
  if (secretPaths.has(path)) return '[secret]';
  if (derived.test(path) && typeof value === 'string' && /^[0-9a-f]{16}$/.test(value))
    return '[16 hex digits]';
  if (Array.isArray(value)) return value.map((item, index) => mask(item, join(path, index), secretPaths));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mask(item, join(path, key), secretPaths)]),
  );
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
