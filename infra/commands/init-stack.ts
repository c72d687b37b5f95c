import { partitionOf } from '../components/partition.ts';
import { CommandError } from '../run-command.ts';
import { type StackName, secretMakers } from './generated-secrets.ts';
import { kindClusterExists, kindKubeconfig } from './kind-cluster.ts';
import type { PulumiStack } from './pulumi-stack.ts';

/** Where Amazon publishes the authorities of RDS: each part of AWS has its own place. */
export const authorityUrl = (region: string): string => {
  const host = {
    aws: 'truststore.pki.rds.amazonaws.com',
    'aws-us-gov': 'truststore.pki.us-gov-west-1.rds.amazonaws.com',
    'aws-cn': 'rds-truststore.s3.cn-north-1.amazonaws.com.cn',
  }[partitionOf(region)];
  return `https://${host}/${region}/${region}-bundle.pem`;
};

/** Settings that only its owner can know, with an example each. */
const ownSettings: Record<StackName, Record<string, string>> = {
  kind: {
    kubeconfig: 'kind get kubeconfig --name berth | pulumi config set --secret berth:kubeconfig',
  },
  aws: {
    domain: 'pulumi config set berth:domain chat.example.com',
    hostedZone: 'pulumi config set berth:hostedZone Z0123456789ABC (or berth:certificate)',
    apiAccess: 'pulumi config set berth:apiAccess 203.0.113.0/24',
    smtpUrl: 'pulumi config set --secret berth:smtpUrl',
    mailFrom: "pulumi config set berth:mailFrom 'Berth <no-reply@example.com>'",
  },
};

export interface Initialised {
  /** Names of what was made now; what was there is left alone. */
  made: string[];
  /** Commands for what is still to be set. */
  open: string[];
}

/**
 * Makes every secret and setting of the selected stack that is missing and can be made. May be run again at any time.
 * `kubeconfig`: of the cluster to use, in place of that of kind.
 */
export async function initStack(stack: PulumiStack, kubeconfig?: string): Promise<Initialised> {
  const settings = await stack.settings();
  const made: string[] = [];
  const add = async (name: string, value: string) => {
    await stack.setSecret(name, value);
    made.push(name);
  };
  // A leaf without its authority's key cannot be followed by another: both, or both anew.
  const complete = settings.has('serviceTls') && settings.has('serviceAuthorityKey');
  const makers = secretMakers(stack.name, settings.get('namespace') ?? 'berth');
  for (const [name, make] of Object.entries(makers)) {
    const keep = name === 'serviceTls' || name === 'serviceAuthorityKey' ? complete : settings.has(name);
    if (!keep) await add(name, await make());
  }
  if (stack.name === 'kind') {
    const wanted = kubeconfig ?? (settings.has('kubeconfig') ? undefined : await kubeconfigOfKind());
    const differs =
      wanted !== undefined &&
      (!settings.has('kubeconfig') || (await stack.get('kubeconfig')) !== wanted.trimEnd());
    if (differs) await add('kubeconfig', wanted.trimEnd());
  }
  const set = new Set([...settings.keys(), ...made]);
  const open = Object.entries(ownSettings[stack.name])
    .filter(([name]) => !set.has(name) && !(name === 'hostedZone' && set.has('certificate')))
    .map(([, command]) => command);
  if (stack.name === 'aws' && !settings.has('mysqlAuthority')) {
    const command = await addAuthority(stack, settings.get('region'), made);
    if (command) open.push(command);
  }
  return { made, open };
}

/** What was made and where it is now, for who has to keep it. */
export function describeMade(stack: PulumiStack, { made }: Initialised): string {
  if (made.length === 0) return 'Nothing was missing.';
  const where = `infra/stacks/Pulumi.${stack.name}.yaml`;
  return `Made: ${made.join(', ')}. Kept in ${where}, secrets encrypted: docs/deploy.md says whether to commit it.`;
}

/** That of kind's cluster, when there is one. */
async function kubeconfigOfKind(): Promise<string | undefined> {
  try {
    return (await kindClusterExists()) ? await kindKubeconfig() : undefined;
  } catch (error) {
    // Without kind there may be another cluster, whose owner sets the kubeconfig.
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** Fetches the certificates of RDS' authority for the region; the command to do so when it cannot. */
async function addAuthority(
  stack: PulumiStack,
  region: string | undefined,
  made: string[],
): Promise<string | undefined> {
  const url = authorityUrl(region ?? 'REGION');
  const byHand = `curl -fsS ${url} | pulumi config set --plaintext berth:mysqlAuthority`;
  if (region === undefined) return byHand;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
    const certificates = await answer.text();
    if (!answer.ok || !certificates.startsWith('-----BEGIN CERTIFICATE-----')) return byHand;
    await stack.set('mysqlAuthority', certificates);
    made.push('mysqlAuthority');
    return undefined;
  } catch {
    return byHand;
  }
}
