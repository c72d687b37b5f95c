import { secretMakers } from '../commands/generated-secrets.ts';

export type StackName = 'kind' | 'aws';

/** One set for the whole process: runs that are compared differ in what is said to differ, and in nothing else. */
const made = new Map<StackName, Promise<Record<string, string>>>();

/** The secrets of a stack as `npm run stack -- init` makes them, and those that people bring along. */
export async function createTestSecrets(
  stack: StackName,
  apiServer: string | undefined,
): Promise<Record<string, string>> {
  const known = made.get(stack) ?? makeAll(stack);
  made.set(stack, known);
  return {
    ...(await known),
    ...(stack === 'kind'
      ? { kubeconfig: kubeconfigOf(apiServer!) }
      : { smtpUrl: 'smtps://berth:mail-password@mail.example.com:465' }),
  };
}

async function makeAll(stack: StackName): Promise<Record<string, string>> {
  const makers = Object.entries(secretMakers(stack, 'berth'));
  return Object.fromEntries(
    await Promise.all(makers.map(async ([name, make]): Promise<[string, string]> => [name, await make()])),
  );
}

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'kind-berth',
    contexts: [{ name: 'kind-berth', context: { cluster: 'kind-berth', user: 'kind-berth' } }],
    clusters: [{ name: 'kind-berth', cluster: { server } }],
    users: [{ name: 'kind-berth', user: { 'client-key-data': 'a2V5' } }],
  });
