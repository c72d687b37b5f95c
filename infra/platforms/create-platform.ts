import type { Config } from '../config.ts';
import type { Platform } from '../platform.ts';
import { createAws } from './aws.ts';
import { createKind } from './kind.ts';

/** The platform that the configuration names. Throws a RunError before anything is created when it cannot be used. */
export function createPlatform(config: Config): Promise<Platform> {
  return config.platform === 'aws' ? createAws(config) : createKind(config);
}
