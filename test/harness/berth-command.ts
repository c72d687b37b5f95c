import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Platform } from './platform.ts';

const bin = join(import.meta.dirname, '../../apps/cli/bin/berth.mjs');

/** Runs `berth fleet …` as an operator does; answers with what it prints. Rejects when it exits with another code than 0. */
export async function fleetCommand(
  platform: Pick<Platform, 'service' | 'operatorToken'>,
  ...args: string[]
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [bin, 'fleet', ...args], {
    env: {
      PATH: process.env.PATH,
      BERTH_STATUS: platform.service('status').opsUrl,
      BERTH_OPERATOR_TOKEN: platform.operatorToken,
    },
  });
  return stdout;
}
