import { join } from 'node:path';
import { build } from 'esbuild';

const scenarios = join(import.meta.dirname, '../scenarios');

/** Writes the scenarios, packages/wire with them, into one file that k6 runs as it is. */
export async function bundleScenarios(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(scenarios, 'main.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: ['k6', 'k6/*'],
    inject: [join(scenarios, 'text-coding.ts')],
    logLevel: 'error',
  });
}
