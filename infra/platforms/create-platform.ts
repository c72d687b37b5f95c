import type { Config } from '../config.ts';
import type { Platform } from '../platform.ts';

/**
 * The platform that the configuration names, of which alone the SDK is loaded. Throws a RunError before anything is created
 * when it cannot be used.
 */
export async function createPlatform(config: Config): Promise<Platform> {
  if (config.platform === 'aws') return (await import('./aws.ts')).createAws(config);
  return (await import('./kind.ts')).createKind(config);
}
