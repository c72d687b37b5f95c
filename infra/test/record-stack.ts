import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import * as pulumi from '@pulumi/pulumi';
import { setMockOptions } from '@pulumi/pulumi/runtime/settings.js';
import { parse } from 'yaml';
import { createFakeTools, type FakeTools } from './fake-tools.ts';
import { providedFunctions, provideOutputs } from './provided-outputs.ts';
import { type RecordedResource, RecordingMonitor } from './recording-monitor.ts';
import { createTestSecrets, type StackName } from './test-secrets.ts';

const infra = join(import.meta.dirname, '..');

/** What the program of a stack asked the engine for. */
export interface StackRecording {
  resources: RecordedResource[];
  /** Functions called, each with its provider. */
  calls: { token: string; provider: string }[];
  outputs: { values: Record<string, unknown>; secretPaths: string[] };
}

export interface RecordOptions {
  /** Over the stack file's settings, without the prefix `berth:`; undefined takes one out. */
  settings?: Record<string, string | undefined>;
  /** The stack's outputs when it was up last. */
  formerOutputs?: Record<string, unknown>;
  /** A preview of a stack that does not exist: no provider answers with anything. */
  preview?: boolean;
}

/** Settings that people set for themselves, and the tag that `npm run up` sets. */
const ownSettings: Record<StackName, Record<string, string>> = {
  kind: { imageTag: '0.1.0' },
  aws: {
    imageTag: '0.1.0',
    domain: 'chat.example.com',
    hostedZone: 'Z0123456789ABC',
    apiAccess: '203.0.113.0/24',
    mailFrom: 'Berth <no-reply@example.com>',
    mysqlAuthority: '-----BEGIN CERTIFICATE-----\nrds\n-----END CERTIFICATE-----\n',
  },
};

let runs = 0;

/** What an update of aws asks for before it begins. */
let tools: FakeTools | undefined;
function pushTools(): FakeTools {
  tools ??= createFakeTools(['docker', 'aws']);
  return tools;
}

/**
 * Runs the real program with the real stack file under a recording monitor. One at a time: the SDK keeps its state for the
 * whole process. Rejects with what the program throws.
 */
export async function recordStack(
  stack: StackName,
  { settings = {}, preview = false, formerOutputs = {} }: RecordOptions = {},
): Promise<StackRecording> {
  const functions = { ...providedFunctions, 'pulumi:pulumi:readStackOutputs': { outputs: formerOutputs } };
  const monitor = new RecordingMonitor(provideOutputs, functions, preview);
  const cluster = stack === 'kind' ? await startApiServer() : undefined;
  const { PATH } = process.env;
  try {
    if (stack === 'aws') process.env.PATH = pushTools().path;
    setMockOptions(monitor, 'berth', stack, preview, 'organization');
    const secrets = await createTestSecrets(stack, cluster && addressOf(cluster));
    const config = {
      ...readStackFile(stack),
      ...prefixed({ ...ownSettings[stack], ...secrets, ...settings }),
    };
    const given = Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== undefined);
    pulumi.runtime.setAllConfig(Object.fromEntries(given), Object.keys(prefixed(secrets)));
    // The program runs when it is imported, so each run needs a module of its own.
    await pulumi.runtime.runInPulumiStack(() => import(`${infra}/index.ts?run=${++runs}`));
    await pulumi.runtime.disconnect();
    const { recorded: resources, calls, outputs } = monitor;
    return { resources, calls, outputs };
  } finally {
    process.env.PATH = PATH;
    cluster?.close();
  }
}

/**
 * The configuration of a stack as the engine hands it to the program: the real stack file's, what people set, generated
 * secrets, and `settings` over all of it. `apiServer`: URL of what stands for the cluster of kind.
 */
export async function createStackConfig(
  stack: StackName,
  apiServer: string | undefined,
  settings: Record<string, string | undefined> = {},
): Promise<{ config: Record<string, string>; secretKeys: string[] }> {
  const secrets = await createTestSecrets(stack, apiServer);
  const all = { ...readStackFile(stack), ...prefixed({ ...ownSettings[stack], ...secrets, ...settings }) };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { config: Object.fromEntries(given), secretKeys: Object.keys(prefixed(secrets)) };
}

/** The stack file's configuration as the engine hands it to the program: all of it text. */
function readStackFile(stack: StackName): Record<string, string> {
  const { config } = parse(readFileSync(join(infra, `stacks/Pulumi.${stack}.yaml`), 'utf8'));
  return Object.fromEntries(
    Object.entries(config)
      // A secret of the one who works here is nothing to a test.
      .filter(([, value]) => !(typeof value === 'object' && value !== null && 'secure' in value))
      .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

const prefixed = <T>(values: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));

/** Stands for the API server of a cluster, which the program asks whether it is there. */
export async function startApiServer(): Promise<Server> {
  const server = createServer((_, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export const addressOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
