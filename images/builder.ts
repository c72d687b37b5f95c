import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { ArgumentError, type ImageApp, type ImagesRequest } from './arguments.ts';

const root = resolve(import.meta.dirname, '..');
const dockerfile = 'apps/Dockerfile';

/** Turns the bundles in `context` into images. */
export interface Builder {
  build(app: ImageApp, context: string): Promise<void>;
}

/**
 * Docker where it runs; else, for images that need not leave the machine, the tools of the test cluster, which
 * BERTH_CLUSTER_TOOLS names or which lie beside the repository. Throws ArgumentError, saying what to install.
 */
export function findBuilder(request: ImagesRequest): Builder {
  if (isThere('docker', ['info'])) {
    if (request.target.kind === 'push' && !isThere('docker', ['buildx', 'version']))
      throw new ArgumentError(
        '--push needs docker buildx, to build for amd64 and arm64: install docker-buildx-plugin',
      );
    if (request.target.kind === 'load') requireKindCluster(request.target.cluster);
    return dockerBuilder(request);
  }
  if (request.target.kind === 'push')
    throw new ArgumentError('--push needs a running Docker with buildx: install it, or start it');
  const tool = join(process.env.BERTH_CLUSTER_TOOLS ?? join(root, '../shared/cluster'), 'image');
  if (existsSync(tool)) return clusterBuilder(tool, request);
  throw new ArgumentError(
    'Docker is not running on this machine: install it (https://docs.docker.com/engine/install), or start it',
  );
}

function requireKindCluster(cluster: string): void {
  if (!isThere('kind', ['version']))
    throw new ArgumentError('--load kind needs kind: install it (https://kind.sigs.k8s.io)');
  const clusters = capture('kind', ['get', 'clusters'])
    .split('\n')
    .filter((name) => name !== '');
  if (clusters.includes(cluster)) return;
  // As infra/kind.yaml names it.
  const create = cluster === 'berth' ? '--config infra/kind.yaml' : `--name ${cluster}`;
  throw new ArgumentError(
    [
      `there is no kind cluster ${cluster}: kind create cluster ${create}`,
      ...clusters.map((name) => `or --load kind=${name}`),
    ].join(', '),
  );
}

const nameOf = ({ repository, tag }: ImagesRequest, app: ImageApp): string => `${repository}/${app}:${tag}`;

function buildArguments(request: ImagesRequest, app: ImageApp): string[] {
  const values = { APP: app, ...(request.baseImage && { BASE_IMAGE: request.baseImage }) };
  const labels = { title: `berth ${app}`, version: request.tag, licenses: 'Apache-2.0' };
  return [
    ...Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => [
      '--label',
      `org.opencontainers.image.${name}=${value}`,
    ]),
  ];
}

function dockerBuilder(request: ImagesRequest): Builder {
  return {
    async build(app, context) {
      const name = nameOf(request, app);
      const common = ['--file', dockerfile, '--tag', name, ...buildArguments(request, app), context];
      if (request.target.kind === 'push')
        return run('docker', [
          'buildx',
          'build',
          '--platform',
          'linux/amd64,linux/arm64',
          '--push',
          ...common,
        ]);
      await run('docker', ['build', ...common]);
      if (request.target.kind === 'load')
        await run('kind', ['load', 'docker-image', name, '--name', request.target.cluster]);
    },
  };
}

/** Builds without Docker, and loads into the test cluster when that is up. */
function clusterBuilder(tool: string, request: ImagesRequest): Builder {
  return {
    build: (app, context) =>
      run(tool, [
        'build',
        '-t',
        nameOf(request, app),
        '-f',
        dockerfile,
        ...buildArguments(request, app),
        context,
      ]),
  };
}

const capture = (command: string, args: string[]): string =>
  execFileSync(command, args, { stdio: 'pipe', timeout: 20_000, encoding: 'utf8' });

function isThere(command: string, args: string[]): boolean {
  try {
    capture(command, args);
    return true;
  } catch {
    return false;
  }
}

/** Runs a command with its output shown. Rejects when it fails. */
function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0]} failed with exit code ${code}`)),
    );
  });
}
