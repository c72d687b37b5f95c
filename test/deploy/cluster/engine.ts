import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { parse, stringify } from 'yaml';
import { services } from '../../../images/arguments.ts';
import { clusterBin, clusterTools } from '../cluster-tools.ts';
import { ports } from './installation.ts';

const root = resolve(import.meta.dirname, '../../..');

/** Builds the real engine where it cannot be downloaded. */
const builder = join(process.env.BERTH_ENGINE ?? resolve(root, '../shared/engine'), 'build');
const built = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'berth-engine');

/** Why there is no engine; undefined when there is one. */
export const missingEngine =
  clusterTools === undefined
    ? 'there are no cluster tools'
    : existsSync(builder)
      ? undefined
      : 'BERTH_ENGINE names no folder that builds the engine';

/** Before any test, as it may take minutes. */
export function buildEngine(say: (line: string) => void): void {
  if (missingEngine !== undefined) {
    say(`the stack is not tried with the real engine: ${missingEngine}`);
    return;
  }
  say(`building Pulumi's engine, where it is not there yet (${builder} ${built})`);
  execFileSync(builder, [built], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What a command printed, on both streams. */
interface Outcome {
  code: number | null;
  output: string;
  /** How long it took until it had said this; undefined when it never did. */
  secondsUntil(words: RegExp): number | undefined;
}

/**
 * A copy of the project in a folder of its own, with a stack `kind` that the real engine brings up on the test cluster, by
 * the commands of docs/deploy.md. Docker and kind, which the cluster does without, are stood for.
 */
export class EngineProject {
  readonly #folder = mkdtempSync(join(tmpdir(), 'berth-engine-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #tag: string;

  /** `tag`: of the images that the cluster has. */
  private constructor(kubeconfig: string, tag: string) {
    this.#tag = tag;
    for (const part of ['infra', 'charts', 'images', 'Pulumi.yaml', 'package.json', 'package-lock.json'])
      cpSync(join(root, part), join(this.#folder, part), {
        recursive: true,
        filter: (path) => !path.endsWith('node_modules'),
      });
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
    this.#forgetSecrets();
    const bin = join(this.#folder, 'bin');
    mkdirSync(join(this.#folder, 'state'));
    mkdirSync(bin);
    for (const [name, script] of Object.entries(standIns(kubeconfig, tag))) {
      writeFileSync(join(bin, name), `#!/bin/bash\n${script}`);
      chmodSync(join(bin, name), 0o755);
    }
    this.#env = {
      ...process.env,
      PATH: [bin, built, dirname(process.execPath), clusterBin, process.env.PATH].join(':'),
      KUBECONFIG: kubeconfig,
      PULUMI_HOME: join(this.#folder, 'home'),
      PULUMI_BACKEND_URL: `file://${join(this.#folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: 'anything',
      PULUMI_SKIP_UPDATE_CHECK: '1',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    };
  }

  /** One whose stack has its secrets and is set to what the test cluster has, ready to be brought up. */
  static async create(kubeconfig: string, tag: string): Promise<EngineProject> {
    const project = new EngineProject(kubeconfig, tag);
    await project.must('node', ['infra/commands/stack.ts', 'init', 'kind']);
    await project.set(kindSettings(tag));
    return project;
  }

  /** One with a stack `aws` of these settings, for a preview: its provider is stood for by what its SDK knows. */
  static async createAws(config: Record<string, string>, secretKeys: string[]): Promise<EngineProject> {
    const project = new EngineProject(join(tmpdir(), 'no-cluster'), '0.1.0');
    await project.must('pulumi', ['stack', 'init', 'aws', '--secrets-provider', 'passphrase']);
    const pairs = Object.entries(config)
      // The engine's own are those of the stack file.
      .filter(([key]) => !key.startsWith('pulumi:'))
      .flatMap(([key, value]) => [secretKeys.includes(key) ? '--secret' : '--plaintext', `${key}=${value}`]);
    await project.must('pulumi', ['config', 'set-all', '--stack', 'aws', ...pairs]);
    return project;
  }

  /** Sets it back to what it was at first. */
  async setBack(name: string): Promise<void> {
    const first = kindSettings(this.#tag)[name];
    if (first !== undefined) return this.set({ [name]: first });
    await this.must('pulumi', ['config', 'rm', '--stack', 'kind', `berth:${name}`]);
  }

  /** Runs a command in the project and waits until it ends, whatever comes of it. */
  run(command: string, args: string[], input = ''): Promise<Outcome> {
    const child = spawn(command, args, { cwd: this.#folder, env: this.#env });
    child.stdin.end(input);
    return outcomeOf(child);
  }

  /** Runs a command and, as soon as `isTime` says so, presses Ctrl-C: as at a terminal, all that it has started hears it. */
  async interrupt(command: string, args: string[], isTime: () => Promise<boolean>): Promise<Outcome> {
    const child = spawn(command, args, { cwd: this.#folder, env: this.#env, detached: true });
    child.stdin.end();
    const outcome = outcomeOf(child);
    while (!(await isTime()))
      if (child.exitCode !== null) throw new Error(`it ended before it was time:\n${(await outcome).output}`);
    process.kill(-child.pid!, 'SIGINT');
    return outcome;
  }

  /** The same for what has to succeed; answers with what it printed. */
  async must(command: string, args: string[], input?: string): Promise<string> {
    const { code, output } = await this.run(command, args, input);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} (${code}):\n${output}`);
    return output;
  }

  async set(settings: Record<string, string>): Promise<void> {
    const pairs = Object.entries(settings).flatMap(([name, value]) => [
      '--plaintext',
      `berth:${name}=${value}`,
    ]);
    await this.must('pulumi', ['config', 'set-all', '--stack', 'kind', ...pairs]);
  }

  /** `pulumi up`, without a question. */
  up(...more: string[]): Promise<Outcome> {
    return this.run('pulumi', ['up', '--stack', 'kind', '--yes', ...more]);
  }

  /** The configuration with its secrets in plain. */
  async config(): Promise<Record<string, { value: string; secret: boolean }>> {
    return JSON.parse(await this.must('pulumi', ['config', '--stack', 'kind', '--json', '--show-secrets']));
  }

  /** All that the engine keeps: the state, what it was before, and what was done. */
  keptState(): string {
    const folder = join(this.#folder, 'state');
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  }

  /** The values that the engine would give the releases that it would change, by their names. */
  async plannedValues(): Promise<Map<string, object>> {
    const { steps } = JSON.parse(
      await this.must('pulumi', ['preview', '--stack', 'kind', '--json']),
    ) as Preview;
    const changed = steps.filter(({ op }) => op !== 'same');
    const others = changed.filter(({ newState }) => newState?.type !== 'kubernetes:helm.sh/v3:Release');
    if (others.length > 0) throw new Error(`${others.map(({ op, urn }) => `${op} ${urn}`)} is planned, too`);
    return new Map(changed.map(({ newState }) => [newState!.inputs.name, newState!.inputs.values]));
  }

  /** Begins `pulumi up` and, as soon as `isTime` says so, kills it with all that it has started. */
  async killUp(isTime: () => Promise<boolean>): Promise<void> {
    const child = spawn('pulumi', ['up', '--stack', 'kind', '--yes', '--skip-preview'], {
      cwd: this.#folder,
      env: this.#env,
      stdio: 'ignore',
    });
    const ended = new Promise<void>((done) => child.once('close', () => done()));
    while (!(await isTime())) if (child.exitCode !== null) throw new Error('it ended before it was time');
    for (const pid of withDescendants(child.pid!)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has gone with the one before.
      }
    }
    await ended;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Those of whoever works here are encrypted with another passphrase. */
  #forgetSecrets(): void {
    const file = join(this.#folder, 'infra/stacks/Pulumi.kind.yaml');
    const { config } = parse(readFileSync(file, 'utf8')) as { config: Record<string, unknown> };
    const open = Object.entries(config).filter(
      ([, value]) => !(typeof value === 'object' && value !== null && 'secure' in value),
    );
    writeFileSync(file, stringify({ config: Object.fromEntries(open) }));
  }
}

/** Listens to a command until it ends. */
async function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const begun = performance.now();
  let output = '';
  const heard: { length: number; seconds: number }[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      heard.push({ length: output.length, seconds: (performance.now() - begun) / 1_000 });
    });
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed).once('close', done);
  });
  const secondsUntil = (words: RegExp) => {
    const found = words.exec(output);
    return found ? heard.find(({ length }) => length >= found.index + found[0].length)?.seconds : undefined;
  };
  return { code, output, secondsUntil };
}

/** What a stack of the test cluster is set to: its ports and the images that it has. */
const kindSettings = (tag: string): Record<string, string> => ({
  ...{ imageTag: tag, publicHost: '127.0.0.1', chatMin: '2', chatMax: '3', drainSeconds: '5' },
  ...{ httpPort: String(ports.http), tcpPort: String(ports.tcp), mailPort: String(ports.mail) },
  mysqlImage: 'docker.io/library/mariadb:10.11',
  redisImage: 'docker.io/library/redis:7.0-bookworm',
  mailImage: `docker.io/berth/mail:${tag}`,
  // All clients come from one address.
  requestsPerAddressMinute: '100000',
});

interface Preview {
  steps: {
    op: string;
    urn: string;
    newState?: { type: string; inputs: { name: string; values: object } };
  }[];
}

/** The cluster is there as one of kind would be, and images are built by giving those that are there another tag. */
function standIns(kubeconfig: string, tag: string): Record<string, string> {
  const ctr = `ctr --address ${join(dirname(clusterBin), 'state/containerd.sock')} --namespace k8s.io`;
  return {
    docker: 'case "$1 $2" in version*) echo 29.0.1 ;; buildx*) echo "linux/amd64, linux/arm64" ;; esac\n',
    aws: 'echo "{}"\n',
    'pulumi-resource-aws': `exec ${process.execPath} ${join(root, 'infra/test/stub-aws-provider.ts')} "$@"\n`,
    kind: `case "$1 $2" in
  "get clusters") echo berth ;;
  "get kubeconfig") cat ${kubeconfig} ;;
  version*) echo "kind v0.30.0 go1.24.6 linux/amd64" ;;
esac
`,
    node: `[[ $1 == images/main.ts ]] || exec ${process.execPath} "$@"
for app in ${services.join(' ')}; do
  ${ctr} images tag --force "docker.io/berth/$app:${tag}" "docker.io/berth/$app:$3" >/dev/null || exit
done
`,
  };
}

/** The process and all that it, or what it has started, has started. */
function withDescendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/.*\) /s, '').split(' ');
      parents.set(Number(name), Number(fields[1]));
    } catch {
      // It has just ended.
    }
  }
  const all = [pid];
  for (const one of all) for (const [child, parent] of parents) if (parent === one) all.push(child);
  return all;
}
