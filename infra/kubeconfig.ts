import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const fileSchema = z.object({
  'current-context': z.string().min(1),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.url({ protocol: /^https?$/ }),
        'certificate-authority-data': z.base64().optional(),
        'certificate-authority': z.string().optional(),
        'insecure-skip-tls-verify': z.boolean().optional(),
      }),
    }),
  ),
  users: z.array(z.object({ name: z.string(), user: z.looseObject({}) })),
});

/** The cluster that a kubeconfig leads to. */
export interface ClusterAddress {
  context: string;
  /** URL of the API server. */
  server: string;
  /** PEM of the authority that signed the server's certificate; undefined: one that the system trusts. */
  authority: string | undefined;
  /** Whether the server's certificate does not matter. */
  insecure: boolean;
}

/** Reads a kubeconfig's current context. Throws an Error of one line that says what is wrong with it. */
export function parseKubeconfig(content: string): ClusterAddress {
  let document: unknown;
  try {
    document = parse(content);
  } catch {
    throw new Error('not a kubeconfig: not YAML');
  }
  const read = fileSchema.safeParse(document);
  if (!read.success) {
    const issue = read.error.issues[0]!;
    throw new Error(`not a kubeconfig: ${issue.path.join('.') || 'the document'}: ${issue.message}`);
  }
  const file = read.data;
  const current = file['current-context'];
  const context = file.contexts.find(({ name }) => name === current)?.context;
  if (!context) throw new Error(`not a usable kubeconfig: its current context ${current} is not in it`);
  const cluster = file.clusters.find(({ name }) => name === context.cluster)?.cluster;
  if (!cluster) throw new Error(`not a usable kubeconfig: its cluster ${context.cluster} is not in it`);
  if (!file.users.some(({ name }) => name === context.user)) {
    throw new Error(`not a usable kubeconfig: its user ${context.user} is not in it`);
  }
  return {
    context: current,
    server: cluster.server,
    authority: authorityOf(cluster['certificate-authority-data'], cluster['certificate-authority']),
    insecure: cluster['insecure-skip-tls-verify'] ?? false,
  };
}

function authorityOf(base64: string | undefined, file: string | undefined): string | undefined {
  if (base64 !== undefined) return Buffer.from(base64, 'base64').toString();
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Error(`not a usable kubeconfig: its certificate-authority ${file} cannot be read`);
  }
}

/** Asks the API server whether it is there; any answer will do. Throws an Error of one line that says what is wrong. */
export async function checkCluster(
  { server, authority, insecure }: ClusterAddress,
  timeoutMs = 5_000,
): Promise<void> {
  const { protocol } = new URL(server);
  const { request } = protocol === 'https:' ? await import('node:https') : await import('node:http');
  await new Promise<void>((resolve, reject) => {
    const asked = request(
      new URL('/readyz', server),
      {
        ...(authority && { ca: authority }),
        rejectUnauthorized: !insecure,
        timeout: timeoutMs,
        agent: false,
      },
      (answer) => {
        answer.resume();
        resolve();
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)));
    asked.on('error', (error) =>
      reject(new Error(`the cluster at ${server} cannot be reached: ${reasonOf(error)}`)),
    );
    asked.end();
  });
}

/** Failures of several addresses of one name come as an AggregateError without a message. */
const reasonOf = (error: Error): string =>
  error.message || (error as NodeJS.ErrnoException).code || 'no connection';
