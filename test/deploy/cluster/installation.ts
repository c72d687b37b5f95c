import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { services } from '../../../images/arguments.ts';
import { sourcesTag } from '../../../infra/commands/image-tag.ts';
import { recordStack } from '../../../infra/test/record-stack.ts';
import { clusterBin, clusterTools, tool } from '../cluster-tools.ts';
import type { TestCluster } from './test-cluster.ts';

const root = resolve(import.meta.dirname, '../../..');

export const ports = { http: 30_080, tcp: 30_090, files: 30_095, mail: 30_108 };

interface Release {
  name: string;
  namespace: string;
  chart: string;
  values: Record<string, unknown>;
}

/** What the stack `kind` asks of a cluster, given to it by kubectl and helm. */
export class Installation {
  readonly #cluster: TestCluster;
  readonly #objects: object[];
  readonly #releases: Release[];
  readonly #folder: string;

  private constructor(cluster: TestCluster, objects: object[], releases: Release[], folder: string) {
    this.#cluster = cluster;
    this.#objects = objects;
    this.#releases = releases;
    this.#folder = folder;
  }

  /** Runs the program of the stack, with the images and ports of the test cluster. */
  static async record(cluster: TestCluster, tag: string): Promise<Installation> {
    const { resources } = await recordStack('kind', {
      settings: {
        imageTag: tag,
        publicHost: '127.0.0.1',
        httpPort: String(ports.http),
        tcpPort: String(ports.tcp),
        filesPort: String(ports.files),
        mailPort: String(ports.mail),
        chatMin: '2',
        chatMax: '3',
        drainSeconds: '5',
        mysqlImage: 'docker.io/library/mariadb:10.11',
        redisImage: 'docker.io/library/redis:7.0-bookworm',
        mailImage: `docker.io/berth/mail:${tag}`,
      },
    });
    const objects = resources
      .filter(({ type }) => /^kubernetes:core\/v1:/.test(type))
      .map(({ type, inputs }) => ({ apiVersion: 'v1', kind: type.split(':').at(-1), ...inputs }));
    const releases = resources
      .filter(({ type }) => type === 'kubernetes:helm.sh/v3:Release')
      .map(({ inputs }) => ({
        ...(inputs as unknown as Release),
        chart: resolve(root, 'infra', String(inputs.chart)),
      }));
    return new Installation(cluster, objects, releases, await mkdtemp(join(tmpdir(), 'berth-deploy-')));
  }

  namespaceOf(release: string): string {
    return this.#release(release).namespace;
  }

  /** The content of a Secret of the stack. */
  secret(name: string): Record<string, string> {
    const found = this.#objects.find(
      (object) => (object as { metadata: { name: string } }).metadata.name === name && 'stringData' in object,
    );
    if (!found) throw new Error(`the stack has no Secret ${name}`);
    return (found as { stringData: Record<string, string> }).stringData;
  }

  /** Namespaces and Secrets. */
  async applyObjects(): Promise<void> {
    const isNamespace = (object: object) => 'kind' in object && object.kind === 'Namespace';
    for (const objects of [
      this.#objects.filter(isNamespace),
      this.#objects.filter((object) => !isNamespace(object)),
    ]) {
      const list = { apiVersion: 'v1', kind: 'List', items: objects };
      await this.#cluster.kubectl(['apply', '-f', '-'], JSON.stringify(list));
    }
  }

  /** Installs or upgrades, and waits until all is ready. */
  async install(name: string, more: string[] = [], minutes = 5): Promise<void> {
    const { namespace, chart, values } = this.#release(name);
    const file = join(this.#folder, `${name}.json`);
    await writeFile(file, JSON.stringify(values), { mode: 0o600 });
    const small = join(import.meta.dirname, `${name}-values.yaml`);
    const from = ['--values', file, '--values', small, ...more];
    const args = [
      'upgrade',
      '--install',
      name,
      chart,
      '--namespace',
      namespace,
      ...from,
      '--wait',
      '--timeout',
      `${minutes}m`,
    ];
    try {
      await this.#cluster.helm(args, (minutes + 1) * 60_000);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await this.#cluster.describe(namespace)}`, {
        cause: error,
      });
    }
  }

  async uninstall(name: string): Promise<void> {
    await this.#cluster.helm([
      'uninstall',
      name,
      '--namespace',
      this.namespaceOf(name),
      '--wait',
      '--timeout',
      '3m',
    ]);
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #release(name: string): Release {
    const release = this.#releases.find((candidate) => candidate.name === name);
    if (!release) throw new Error(`the stack has no release ${name}`);
    return release;
  }
}

/** All images, the mail catcher too, as a user builds them; those of these very sources are built once. Answers with the tag. */
export async function buildImages(): Promise<string> {
  const tag = `test-${sourcesTag()}`;
  const names = [...services, 'mail'];
  const present = new Set((await tool('image', join(clusterTools!, 'image')).run(['list'])).split('\n'));
  if (names.every((app) => present.has(`docker.io/berth/${app}:${tag}`))) return tag;
  const apps = names.flatMap((app) => ['--app', app]);
  await promisify(execFile)(process.execPath, ['images/main.ts', '--tag', tag, ...apps], {
    cwd: root,
    timeout: 600_000,
    maxBuffer: 1 << 26,
  });
  return tag;
}

/** Gives the images of the services a second tag, as those of another release would have. */
export async function retagImages(from: string, to: string): Promise<void> {
  const socket = join(dirname(clusterBin), 'state/containerd.sock');
  const ctr = tool('ctr', 'ctr');
  for (const app of services) {
    const [one, other] = [from, to].map((tag) => `docker.io/berth/${app}:${tag}`) as [string, string];
    await ctr.run([
      ...['--address', socket, '--namespace', 'k8s.io', 'images', 'tag', '--force', one, other],
    ]);
  }
}
