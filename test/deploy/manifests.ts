import { parseAllDocuments } from 'yaml';

/** As much of a manifest as tests look at. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind.
  spec?: any;
  [field: string]: unknown;
}

export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: a pod's specification, as in the API.
  spec: any;
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** Every pod that the manifests lead to, by the name of what makes it. */
export function podsOf(manifests: Manifest[]): Map<string, PodTemplate> {
  const pods = new Map<string, PodTemplate>();
  for (const manifest of manifests) {
    if (manifest.kind === 'Pod') pods.set(manifest.metadata.name, manifest as unknown as PodTemplate);
    else if (manifest.spec?.template?.spec) pods.set(manifest.metadata.name, manifest.spec.template);
  }
  return pods;
}

export const ofKind = (manifests: Manifest[], kind: string): Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

export const component = (labels: Record<string, string> | undefined): string =>
  labels?.['app.kubernetes.io/component'] ?? '';
