import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { main } from '@pulumi/pulumi/provider/server.js';
import { providedFunctions } from './provided-outputs.ts';

/**
 * Stands for the plugin of AWS where it cannot be had, for a preview: it takes what the SDK of the very version says that a
 * resource takes, and nothing else. What AWS would answer is unknown, as it is in any preview of a stack that does not exist.
 */
const require = createRequire(import.meta.url);
const sdk = dirname(require.resolve('@pulumi/aws/package.json'));
const { version } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8')) as { version: string };

interface ResourceShape {
  inputs: Set<string>;
  required: string[];
}

interface CheckFailure {
  property: string;
  reason: string;
}

/** Of `aws:rds/instance:Instance`, as the generated code of the SDK has it; undefined: there is no such resource. */
function shapeOf(type: string): ResourceShape | undefined {
  const file = join(sdk, `${type.split(':')[1]}.js`);
  if (!existsSync(file)) return undefined;
  const code = readFileSync(file, 'utf8');
  const found = (pattern: RegExp) => [...code.matchAll(pattern)].map(([, name]) => name!);
  return {
    inputs: new Set(found(/^ {12}resourceInputs\["(\w+)"\] = .*\bargs\b/gm)),
    required: found(/Missing required property '(\w+)'/g),
  };
}

await main(
  {
    version,
    async check(urn: string, _olds: unknown, news: Record<string, unknown>) {
      const type = urn.split('::')[2]!.split('$').at(-1)!;
      const shape = shapeOf(type);
      if (!shape) return { failures: [{ property: '', reason: `there is no ${type} in ${version}` }] };
      const failures: CheckFailure[] = [
        ...Object.keys(news)
          .filter((property) => !shape.inputs.has(property))
          .map((property) => ({ property, reason: `${type} does not take it` })),
        ...shape.required
          .filter((property) => !(property in news))
          .map((property) => ({ property, reason: `${type} cannot be without it` })),
      ];
      return { inputs: news, failures };
    },
    async invoke(token: string) {
      const outputs = providedFunctions[token];
      if (!outputs) throw new Error(`no answer of function ${token}`);
      return { outputs };
    },
  },
  process.argv.slice(2),
);
