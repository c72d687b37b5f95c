import { createHash } from 'node:crypto';
import { parseManifests } from '../manifests.ts';
import type { EngineProject } from './engine.ts';
import type { ClusterObject, TestCluster } from './test-cluster.ts';

/** A setting of the stack that is changed alone, and all that may change on the cluster by it. */
export interface SingleSetting {
  name: string;
  value: string;
  changes: string[];
  /** Whether `npm run test:deploy` carries it out, too; the others are looked at before they are. */
  isTried?: boolean;
}

const services = ['chat', 'files', 'gate', 'status', 'verify'].map(
  (service) => `Deployment berth-${service}`,
);

/** Ten, of which each concerns other parts. A Job for the migration, which every revision has, is left out. */
export const singleSettings: SingleSetting[] = [
  { name: 'mailFrom', value: 'Quay <quay@example.org>', changes: ['Deployment berth-verify'], isTried: true },
  { name: 'requestsPerAddressMinute', value: '90000', changes: ['Deployment berth-gate'] },
  { name: 'placementStrategy', value: 'p2c', changes: ['Deployment berth-status'] },
  { name: 'chatCapacity', value: '2000', changes: ['Deployment berth-chat'] },
  { name: 'drainSeconds', value: '6', changes: ['Deployment berth-chat'] },
  { name: 'trustedProxies', value: '10.20.0.0/16', changes: ['Deployment berth-edge'] },
  {
    name: 'resources',
    value: '{"gate":{"limits":{"memory":"600Mi"}}}',
    changes: ['Deployment berth-gate'],
  },
  { name: 'timeoutSeconds', value: '333', changes: [], isTried: true },
  // What images are called once they were given another name, see retagImages.
  { name: 'imageTag', value: 'again', changes: services, isTried: true },
  { name: 'mailNodePort', value: '30109', changes: ['Service stores-mail'], isTried: true },
];

const namespaces = { berth: 'berth', stores: 'berth-stores' };

/** Sets it, and answers with what would change: by the engine's preview, and by Helm of what that one plans. */
export async function changesPlanned(
  project: EngineProject,
  cluster: TestCluster,
  { name, value }: SingleSetting,
): Promise<string[]> {
  await project.set({ [name]: value });
  const changes: string[] = [];
  for (const [release, values] of await project.plannedValues()) {
    const namespace = namespaces[release as keyof typeof namespaces];
    const before = await cluster.helm(['get', 'manifest', release, '--namespace', namespace]);
    const after = await cluster.render(release, namespace, values);
    changes.push(...changedBetween(objectsOf(before), objectsOf(after)));
  }
  return changes.sort();
}

/** Sets it, brings the stack up, and answers with what has changed on the cluster: objects, and parts with other pods. */
export async function changesMade(
  project: EngineProject,
  cluster: TestCluster,
  { name, value }: SingleSetting,
): Promise<{ objects: string[]; parts: string[]; seconds: number }> {
  const look = async () => ({
    objects: await objectsOnCluster(cluster),
    pods: new Map((await cluster.pods(namespaces.berth)).map(podOf)),
  });
  const before = await look();
  await project.set({ [name]: value });
  const begun = performance.now();
  const { code, output } = await project.up('--skip-preview');
  if (code !== 0) throw new Error(`${name}: ${output}`);
  const seconds = (performance.now() - begun) / 1_000;
  await cluster.settled(namespaces.berth);
  const after = await look();
  const replaced = [...after.pods].filter(([uid]) => !before.pods.has(uid)).map(([, part]) => part);
  return {
    objects: changedBetween(before.objects, after.objects),
    parts: [...new Set(replaced)].filter((part) => part !== 'migrate').sort(),
    seconds,
  };
}

const podOf = ({ metadata }: ClusterObject) =>
  [metadata.uid, metadata.labels!['app.kubernetes.io/component']!] as const;

/** Parts whose pods have to be others when these objects are. */
export const partsOf = (changes: string[]): string[] =>
  changes.flatMap((change) => /^Deployment berth-(\w+)$/.exec(change)?.[1] ?? []);

/** Objects by kind and name, each with a digest of what it is told to be. */
type Digests = Map<string, string>;

const kinds = [
  ...[
    'deployments',
    'statefulsets',
    'services',
    'configmaps',
    'secrets',
    'networkpolicies',
    'serviceaccounts',
  ],
  ...['poddisruptionbudgets', 'roles', 'rolebindings', 'persistentvolumeclaims'],
];

/** What is on the cluster, but for what Helm keeps of its releases, and the number of chat pods, which status sets. */
async function objectsOnCluster(cluster: TestCluster): Promise<Digests> {
  const digests: Digests = new Map();
  for (const namespace of Object.values(namespaces))
    for (const object of await cluster.list(namespace, kinds.join()))
      if (!/^sh\.helm\.release/.test(object.metadata.name)) add(digests, object);
  return digests;
}

/** What Helm would have the cluster be: of the manifests of a release. */
function objectsOf(manifest: string): Digests {
  const digests: Digests = new Map();
  for (const object of parseManifests(manifest) as unknown as ClusterObject[]) add(digests, object);
  return digests;
}

/** Kind and name of what is there only before or after, or is another. */
function changedBetween(before: Digests, after: Digests): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((key) => before.get(key) !== after.get(key)).sort();
}

function add(digests: Digests, object: ClusterObject): void {
  const { kind, metadata, status: _, ...content } = object;
  if (kind === 'Job') return;
  const { replicas: __, ...spec } = content.spec ?? {};
  const told = JSON.stringify([{ ...content, spec }, metadata.labels]);
  digests.set(`${kind} ${metadata.name}`, createHash('sha256').update(told).digest('hex'));
}
