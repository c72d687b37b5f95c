import { capture, show } from '../run-command.ts';

/** As infra/kind.yaml names it. */
const clusterName = 'berth';
/** As `npm run images` calls what is before the names of the apps. */
export const repository = 'berth';

export async function kindClusterExists(): Promise<boolean> {
  return (await capture('kind', ['get', 'clusters'])).split('\n').includes(clusterName);
}

export async function createKindCluster(): Promise<void> {
  await show('kind', ['create', 'cluster', '--config', 'infra/kind.yaml', '--wait', '2m']);
}

export async function kindKubeconfig(): Promise<string> {
  return capture('kind', ['get', 'kubeconfig', '--name', clusterName]);
}

/** Builds Berth's images and loads them into the cluster. */
export async function loadImages(tag: string): Promise<void> {
  await show('node', ['images/main.ts', '--tag', tag, '--load', `kind=${clusterName}`]);
}
