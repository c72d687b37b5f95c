import type { MockResourceArgs } from '@pulumi/pulumi/runtime/index.js';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js';

/** One resource as the program registered it: what the engine would have got. */
export interface RecordedResource {
  urn: string;
  type: string;
  name: string;
  /** URN; empty for the stack. */
  parent: string;
  /** False: a component. */
  custom: boolean;
  /** Read, not created. */
  external: boolean;
  /** Without the wrappers of secrets; what is not known yet is the symbol-like text `unknown`. */
  inputs: Record<string, unknown>;
  /** Paths of inputs, with dots, that are secret with all that is in them. */
  secretPaths: string[];
  /** `urn::id` of the explicit provider; empty: the default one. */
  provider: string;
  /** Version of the provider's plugin. */
  version: string;
  /** URNs of all that it depends on, by option or by input. */
  dependencies: string[];
  protect: boolean;
  aliases: string[];
  ignoreChanges: string[];
  deleteBeforeReplace: boolean;
  retainOnDelete: boolean;
  deletedWith: string;
  additionalSecretOutputs: string[];
  /** Names of the hooks that run before it is created or updated. */
  hooks: string[];
}

/** What stands for a value that a preview does not know. */
export const unknown = '[unknown]';

// The protocol's own marks; the SDK keeps them to itself.
const signature = '4dabf18193072939515e22adb298388d';
const secretSignature = '1b47061264138c4ac30d75fd1eb44270';
const outputSignature = 'd0e6a833031e9bbcd3f4e8bde6ca49a4';
const unknownSignature = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/* biome-ignore lint/suspicious/noExplicitAny: requests are generated protobuf classes without usable types */
type Request = any;
type Reply = (error: unknown, response: unknown) => void;

/** What a provider would answer: an id and outputs, or in a preview neither. */
export type Provider = (
  type: string,
  name: string,
  inputs: Record<string, unknown>,
) => Record<string, unknown>;

/** The SDK's mock monitor, which sees only types and inputs, grown to see everything that the engine is sent. */
export class RecordingMonitor extends MockMonitor {
  readonly recorded: RecordedResource[] = [];
  /** Tokens of functions called, each with its provider. */
  readonly calls: { token: string; provider: string }[] = [];

  /** Of the stack, once the program has ended. */
  outputs: { values: Record<string, unknown>; secretPaths: string[] } = { values: {}, secretPaths: [] };

  constructor(provide: Provider, functions: Record<string, Record<string, unknown>>, preview: boolean) {
    super({
      newResource: ({ type, name, inputs, id, custom }: MockResourceArgs) => ({
        id: custom === false ? undefined : id || (preview ? '' : `${name}-id`),
        state: preview ? inputs : { ...inputs, ...provide(type, name, inputs) },
      }),
      call: ({ token }) => {
        const result = functions[token];
        if (!result) throw new Error(`no mock of function ${token}`);
        return result;
      },
    });
  }

  override async registerResource(request: Request, reply: Reply): Promise<void> {
    this.#record(request, request.getObject(), {
      custom: request.getCustom(),
      protect: request.getProtect() ?? false,
      deleteBeforeReplace: request.getDeletebeforereplace(),
      retainOnDelete: request.getRetainondelete() ?? false,
      deletedWith: request.getDeletedwith(),
      ignoreChanges: request.getIgnorechangesList(),
      aliases: [
        ...request.getAliasurnsList(),
        ...request.getAliasesList().map((alias: Request) => JSON.stringify(alias.toObject())),
      ],
      hooks: [
        ...(request.getHooks()?.getBeforeCreateList() ?? []),
        ...(request.getHooks()?.getBeforeUpdateList() ?? []),
      ],
    });
    return super.registerResource(request, reply);
  }

  override async readResource(request: Request, reply: Reply): Promise<void> {
    this.#record(request, request.getProperties(), { custom: true, external: true });
    return super.readResource(request, reply);
  }

  override async invoke(request: Request, reply: Reply): Promise<void> {
    this.calls.push({ token: request.getTok(), provider: request.getProvider() });
    return super.invoke(request, reply);
  }

  override registerResourceOutputs(request: Request, reply: Reply): void {
    if (request.getUrn() === this.recorded[0]?.urn) {
      const secretPaths: string[] = [];
      const values = strip(request.getOutputs()?.toJavaScript() ?? {}, '', secretPaths);
      this.outputs = { values: values as Record<string, unknown>, secretPaths };
    }
    super.registerResourceOutputs(request, reply);
  }

  /** The SDK's has no answer to this, though it says that hooks are supported. */
  registerResourceHook(_: Request, reply: Reply): void {
    reply(null, {});
  }

  #record(request: Request, object: Request, options: Partial<RecordedResource>): void {
    const secretPaths: string[] = [];
    const inputs = strip(object?.toJavaScript() ?? {}, '', secretPaths) as Record<string, unknown>;
    this.recorded.push({
      // biome-ignore lint/complexity/useLiteralKeys: private, but by this alone two URNs can be the same
      urn: this['newUrn'](request.getParent(), request.getType(), request.getName()),
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent(),
      custom: false,
      external: false,
      inputs,
      secretPaths,
      provider: request.getProvider(),
      version: request.getVersion(),
      dependencies: request.getDependenciesList(),
      protect: false,
      aliases: [],
      ignoreChanges: [],
      deleteBeforeReplace: false,
      retainOnDelete: false,
      deletedWith: '',
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      hooks: [],
      ...options,
    });
  }
}

/** Takes the wrappers off, noting where a secret was. */
function strip(value: unknown, path: string, secretPaths: string[]): unknown {
  if (value === unknownSignature) return unknown;
  if (Array.isArray(value)) return value.map((item, index) => strip(item, join(path, index), secretPaths));
  if (typeof value !== 'object' || value === null) return value;
  const wrapped = value as Record<string, unknown>;
  if (wrapped[signature] === secretSignature) {
    secretPaths.push(path);
    return strip(wrapped.value, path, secretPaths);
  }
  if (wrapped[signature] === outputSignature) {
    if (wrapped.secret === true) secretPaths.push(path);
    return 'value' in wrapped ? strip(wrapped.value, path, secretPaths) : unknown;
  }
  return Object.fromEntries(
    Object.entries(wrapped).map(([key, item]) => [key, strip(item, join(path, key), secretPaths)]),
  );
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
