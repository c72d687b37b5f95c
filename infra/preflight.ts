import { capture } from './run-command.ts';

/** Something is missing before anything was created; each line of the message says what to do. */
export class PreflightError extends Error {
  override readonly name = 'PreflightError';
}

interface Tool {
  /** Default: its name. */
  command?: string;
  /** Prints the version, and fails when the tool cannot be used as it is. */
  probe: string[];
  /** Lowest version that will do. */
  minimum?: [major: number, minor: number];
  /** What to do when it is missing or too old. */
  install: string;
  /** What to do when it is there and does not work. */
  mend?: string;
  /** What the probe must print. */
  expected?: RegExp[];
}

const tools = {
  node: {
    probe: ['--version'],
    minimum: [24, 0],
    install: 'put Node 24 or later first on the PATH (https://nodejs.org)',
  },
  pulumi: {
    probe: ['version'],
    minimum: [3, 260],
    install: 'install Pulumi 3.260 or later (https://www.pulumi.com/docs/install)',
  },
  docker: {
    probe: ['version', '--format', '{{.Server.Version}}'],
    install: 'install Docker (https://docs.docker.com/engine/install)',
    mend: 'start Docker',
  },
  buildx: {
    command: 'docker',
    // Starts the builder, if it is one that has to be.
    probe: ['buildx', 'inspect', '--bootstrap'],
    expected: [/linux\/amd64/, /linux\/arm64/],
    install: 'install Docker (https://docs.docker.com/engine/install)',
    mend:
      'make a builder for amd64 and arm64 (docker run --privileged --rm tonistiigi/binfmt --install all && ' +
      'docker buildx create --use; docker-buildx-plugin must be installed)',
  },
  kind: {
    probe: ['version'],
    minimum: [0, 27],
    install:
      'install kind 0.27 or later, the first that runs the node of infra/kind.yaml (https://kind.sigs.k8s.io)',
  },
  kubectl: {
    probe: ['version', '--client'],
    install: 'install kubectl (https://kubernetes.io/docs/tasks/tools)',
  },
  helm: {
    probe: ['version', '--short'],
    minimum: [3, 17],
    install: 'install Helm 3.17 or later (https://helm.sh/docs/intro/install)',
  },
  aws: {
    probe: ['sts', 'get-caller-identity'],
    install: 'install the AWS CLI (https://aws.amazon.com/cli)',
    mend: 'log in to AWS (aws configure, or aws sso login)',
  },
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

/** Checks all of the tools and answers with nothing, or throws a PreflightError with a line for each that will not do. */
export async function requireTools(names: ToolName[]): Promise<void> {
  const faults = await Promise.all(names.map(faultOf));
  const lines = [...new Set(faults.filter((fault) => fault !== undefined))];
  if (lines.length > 0) throw new PreflightError(lines.join('\n'));
}

async function faultOf(name: ToolName): Promise<string | undefined> {
  const tool: Tool = tools[name];
  const { command = name } = tool;
  let printed: string;
  try {
    printed = await capture(command, tool.probe);
  } catch (error) {
    const missing = /ENOENT/.test((error as Error).message);
    if (missing) return `${command} is not on the PATH: ${tool.install}`;
    return `${(error as Error).message}: ${tool.mend ?? tool.install}`;
  }
  if (tool.expected?.some((pattern) => !pattern.test(printed)))
    return `${command} ${tool.probe[0]} does not do: ${tool.mend}`;
  if (!tool.minimum) return undefined;
  const version = /(\d+)\.(\d+)(\.\d+)?/.exec(printed);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  const [leastMajor, leastMinor] = tool.minimum;
  const enough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return enough ? undefined : `${name} ${version?.[0] ?? printed.trim()} is too old: ${tool.install}`;
}
