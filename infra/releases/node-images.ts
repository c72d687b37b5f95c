import type { ClusterObject, Kubectl } from '../kubectl.ts';
import { CommandError } from '../run-command.ts';

/** A node tells of this many of its images. */
const told = 50;

/**
 * Which of the images no node has. Empty when the nodes have more images than they tell of, or when they are not loaded
 * but pulled: the first part of a name is a registry's when there is a dot or a port in it.
 */
export function missingImages(nodes: ClusterObject[], images: string[]): string[] {
  const lists: { names?: string[] }[][] = nodes.map(({ status }) => status?.images ?? []);
  if (lists.some((list) => list.length >= told)) return [];
  const present = new Set(lists.flatMap((list) => list.flatMap(({ names = [] }) => names)));
  return images.filter(
    (image) => !/^(localhost|[^/]*[.:][^/]*)\//.test(image) && !present.has(`docker.io/${image}`),
  );
}

/** Variable of whoever has just loaded images itself: `<repository>:<tag>`. Nodes need not tell of these. */
export const loadedImages = 'BERTH_LOADED_IMAGES';

/** A kubelet tells of a new image after half a minute. */
const settlesMs = 45_000;
const everyMs = 2_000;

/** Which of the images no node has, once the nodes have had the time to tell; none when they do not say. `say`: what is waited for. */
export async function lookForImages(
  kubectl: Kubectl,
  images: string[],
  say: (text: string) => void,
): Promise<string[]> {
  const begun = Date.now();
  let isSaid = false;
  for (;;) {
    const nodes = await kubectl.list('nodes', []).catch((error) => {
      if (error instanceof CommandError) return [];
      throw error;
    });
    const missing = nodes.length === 0 ? [] : missingImages(nodes, images);
    if (missing.length === 0 || Date.now() - begun > settlesMs) return missing;
    if (!isSaid) say(`no node tells of ${missing[0]}: waiting ${settlesMs / 1_000} s, as they tell late`);
    isSaid = true;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
