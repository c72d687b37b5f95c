import type { KubernetesApi } from './kubernetes-api.ts';

export interface Pod {
  metadata: { name: string; uid?: string; deletionTimestamp?: string };
  status?: { podIP?: string };
}

export const podsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;

/**
 * The pod of a chat node: a node is named after its pod's address, dashed; elsewhere like its pod. Undefined: there is none.
 * The ServiceAccount needs: list on pods.
 */
export async function findPod(api: KubernetesApi, namespace: string, node: string): Promise<Pod | undefined> {
  const isAddress = /^\d{1,3}(-\d{1,3}){3}$/.test(node);
  const address = node.replaceAll('-', '.');
  const selector = encodeURIComponent(isAddress ? `status.podIP=${address}` : `metadata.name=${node}`);
  const { items } = await api.call<{ items: Pod[] }>(
    'GET',
    `${podsPath(namespace)}?fieldSelector=${selector}`,
  );
  return items.find(
    ({ metadata, status }) =>
      !metadata.deletionTimestamp && (isAddress ? status?.podIP === address : metadata.name === node),
  );
}
