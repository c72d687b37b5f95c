import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { credentials, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import callbackServices from '@pulumi/pulumi/proto/callback_grpc_pb.js';
import callbackMessages from '@pulumi/pulumi/proto/callback_pb.js';
import engineServices from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import engineMessages from '@pulumi/pulumi/proto/engine_pb.js';
import monitorServices from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import monitorMessages from '@pulumi/pulumi/proto/resource_pb.js';
import { setMockOptions } from '@pulumi/pulumi/runtime/settings.js';
import emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js';
import { providedFunctions, provideOutputs } from './provided-outputs.ts';
import { type RecordedResource, RecordingMonitor } from './recording-monitor.ts';

const sdk = dirname(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'));
const infra = join(import.meta.dirname, '..');

export interface EngineRun {
  code: number | null;
  resources: RecordedResource[];
  outputs: RecordingMonitor['outputs'];
  /** What the program logged, and what Node printed. */
  said: string[];
}

export interface EngineOptions {
  stack: 'kind' | 'aws';
  config: Record<string, string>;
  secretKeys: string[];
  /** Replaces the environment of the program. */
  env: Record<string, string>;
}

/* biome-ignore lint/suspicious/noExplicitAny: generated protobuf classes without usable types */
type Any = any;

/**
 * Runs the program the way the engine does: in a process of its own, by the SDK's own host, from `main: infra/`, with every
 * message over gRPC. What the engine would do with a resource, this one only writes down; but it runs the hooks.
 */
export async function runUnderEngine(options: EngineOptions): Promise<EngineRun> {
  const { stack, config, secretKeys, env } = options;
  const monitor = new RecordingMonitor(provideOutputs, providedFunctions, false);
  setMockOptions(monitor, 'berth', stack);
  const said: string[] = [];
  const server = new Server();
  server.addService(engineServices.EngineService as ServiceDefinition, engineHandlers(said));
  server.addService(monitorServices.ResourceMonitorService as ServiceDefinition, monitorHandlers(monitor));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const address = `127.0.0.1:${port}`;
  const flags = {
    organization: 'organization',
    project: 'berth',
    stack,
    monitor: address,
    engine: address,
    pwd: infra,
    parallel: 16,
  };
  const program = spawn(
    process.execPath,
    [join(sdk, 'cmd/run'), ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`), '.'],
    {
      env: {
        ...env,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => said.push(text));
  }
  const code = await new Promise<number | null>((resolve) => program.once('close', resolve));
  server.forceShutdown();
  return { code, resources: monitor.recorded, outputs: monitor.outputs, said };
}

function engineHandlers(said: string[]): Record<string, Any> {
  let root = '';
  const empty = (_: Any, reply: Any) => reply(null, new emptyMessages.Empty());
  return {
    log(call: Any, reply: Any) {
      if (call.request.getSeverity() > engineMessages.LogSeverity.DEBUG) said.push(call.request.getMessage());
      empty(call, reply);
    },
    setRootResource(call: Any, reply: Any) {
      root = call.request.getUrn();
      reply(null, new engineMessages.SetRootResourceResponse());
    },
    getRootResource(_: Any, reply: Any) {
      const response = new engineMessages.GetRootResourceResponse();
      response.setUrn(root);
      reply(null, response);
    },
    startDebugging: empty,
    requirePulumiVersion: empty,
  };
}

function monitorHandlers(monitor: RecordingMonitor): Record<string, Any> {
  const hooks = new Map<string, Any>();
  const pass = (method: 'invoke' | 'readResource' | 'getDeploymentInfo') => (call: Any, reply: Any) =>
    monitor[method](call.request, reply);
  const empty = (reply: Any) => (error: unknown) => reply(error, new emptyMessages.Empty());
  return {
    getDeploymentInfo: pass('getDeploymentInfo'),
    invoke: pass('invoke'),
    readResource: pass('readResource'),
    supportsFeature(_: Any, reply: Any) {
      const response = new monitorMessages.SupportsFeatureResponse();
      response.setHassupport(true);
      reply(null, response);
    },
    registerResourceHook(call: Any, reply: Any) {
      hooks.set(call.request.getName(), call.request.getCallback());
      empty(reply)(null);
    },
    async registerResource(call: Any, reply: Any) {
      try {
        for (const name of call.request.getHooks()?.getBeforeCreateList() ?? [])
          await runHook(hooks.get(name));
        await monitor.registerResource(call.request, reply);
      } catch (error) {
        reply(error);
      }
    },
    registerResourceOutputs: (call: Any, reply: Any) =>
      monitor.registerResourceOutputs(call.request, empty(reply)),
    signalAndWaitForShutdown: (_: Any, reply: Any) => empty(reply)(null),
  };
}

/** Calls back into the program, and rejects when the hook fails. */
async function runHook(callback: Any): Promise<void> {
  const client = new callbackServices.CallbacksClient(callback.getTarget(), credentials.createInsecure());
  const request = new callbackMessages.CallbackInvokeRequest();
  request.setToken(callback.getToken());
  request.setRequest(new monitorMessages.ResourceHookRequest().serializeBinary());
  try {
    const answer = await new Promise<Any>((resolve, reject) =>
      client.invoke(request, (error: unknown, response: Any) => (error ? reject(error) : resolve(response))),
    );
    const failure = monitorMessages.ResourceHookResponse.deserializeBinary(
      answer.getResponse_asU8(),
    ).getError();
    if (failure) throw new Error(failure);
  } finally {
    client.close();
  }
}
