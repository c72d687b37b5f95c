import { join } from 'node:path';
import process from 'node:process';
import { clusterBin, clusterTools, findHelms, kubectl, type Tool, tool } from '../cluster-tools.ts';

/** As much of an object as tests look at. */
export interface ClusterObject {
  kind: string;
  metadata: { name: string; uid: string; labels?: Record<string, string>; deletionTimestamp?: string };
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind.
  spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind.
  status?: any;
}

/** A real cluster of one node on this machine, brought up for the tests and taken down after them. */
export class TestCluster {
  readonly #env: Record<string, string>;
  readonly #kubectl: Tool = kubectl();
  readonly #helm: Tool;

  readonly kubeconfig: string;
  /** Whoever brought it up takes it down. */
  readonly #isShared: boolean;

  private constructor(kubeconfig: string, isShared = false) {
    this.kubeconfig = kubeconfig;
    this.#isShared = isShared;
    this.#env = { KUBECONFIG: kubeconfig };
    // The Helm that the infrastructure's engine has built in is a 3.
    this.#helm = findHelms().at(-1)!;
  }

  /** The one that all test files share, when nothing of Berth is on it; else one of its own. */
  static async up(): Promise<TestCluster> {
    const { BERTH_TEST_KUBECONFIG: shared } = process.env;
    const cluster = shared === undefined ? undefined : new TestCluster(shared, true);
    if (cluster && !/berth/.test(await cluster.kubectl(['get', 'namespaces', '-o', 'name']))) return cluster;
    await script('base-images', ['node', 'mariadb', 'redis', 'haproxy']);
    // One that runs already would be someone's, in some state; and `up` rewrites the files that its parts watch.
    await script('down');
    const printed = await script('up');
    const kubeconfig = /KUBECONFIG=(\S+)/.exec(printed)?.[1];
    if (kubeconfig === undefined) throw new Error(`up printed no KUBECONFIG: ${printed}`);
    // Those that were made while it was down.
    await script('base-images', ['node', 'mariadb', 'redis', 'haproxy']);
    return new TestCluster(kubeconfig, cluster !== undefined);
  }

  async down(): Promise<void> {
    if (this.#isShared) return;
    await script('down');
    // Images of earlier runs that have lost their name.
    await script('image', ['prune']);
  }

  kubectl(args: string[], input?: string, timeoutMs?: number): Promise<string> {
    return this.#kubectl.run(args, {
      env: this.#env,
      ...(input !== undefined && { input }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }

  /** A line as somebody at a shell types it, in that folder. */
  typed(line: string, folder: string): Promise<string> {
    const env = { ...this.#env, PATH: `${clusterBin}:${process.env.PATH}` };
    return tool('bash', 'bash').run(['-ec', `cd '${folder}'; ${line}`], { env });
  }

  helm(args: string[], timeoutMs = 400_000): Promise<string> {
    return this.#helm.run(args, { env: this.#env, timeoutMs });
  }

  /** The manifests that an upgrade of the release to these values would have. */
  async render(release: string, namespace: string, values: object): Promise<string> {
    const args = ['upgrade', release, `charts/${release}`, '--namespace', namespace, '--values', '-'];
    const printed = await this.#helm.run([...args, '--dry-run=server', '--output', 'json'], {
      env: this.#env,
      input: JSON.stringify(values),
    });
    return (JSON.parse(printed) as { manifest: string }).manifest;
  }

  async list(namespace: string, kinds: string, selector = ''): Promise<ClusterObject[]> {
    const printed = await this.kubectl(['get', kinds, '-n', namespace, '-l', selector, '-o', 'json']);
    return JSON.parse(printed).items;
  }

  /** Pods that are not about to go. */
  async pods(namespace: string, component?: string): Promise<ClusterObject[]> {
    const selector = component === undefined ? '' : `app.kubernetes.io/component=${component}`;
    const pods = await this.list(namespace, 'pods', selector);
    return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** Resolves when every Deployment and StatefulSet of the namespace is as it should be. */
  async settled(namespace: string, timeoutSeconds = 180): Promise<void> {
    const workloads = await this.list(namespace, 'deployments,statefulsets');
    for (const { kind, metadata } of workloads) {
      const what = `${kind.toLowerCase()}/${metadata.name}`;
      const args = ['rollout', 'status', what, '-n', namespace, `--timeout=${timeoutSeconds}s`];
      await this.kubectl(args, undefined, (timeoutSeconds + 10) * 1_000);
    }
  }

  /** What a pod that will not come up has to say. */
  async describe(namespace: string): Promise<string> {
    const pods = await this.kubectl(['get', 'pods', '-n', namespace, '-o', 'wide']);
    const events = await this.kubectl(['get', 'events', '-n', namespace, '--sort-by', '.lastTimestamp']);
    return `${pods}\n${events.split('\n').slice(-30).join('\n')}`;
  }
}

/** What it installs and makes is told: on a machine that has nothing yet it takes minutes. */
const script = (name: string, args: string[] = []): Promise<string> =>
  tool(name, join(clusterTools!, name)).run(args, { timeoutMs: 600_000, told: true });
