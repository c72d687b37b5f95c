import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { RunRequest } from './arguments.ts';
import { InputError } from './input-error.ts';

/** Where Berth is. */
export interface Target {
  url: string;
  mailUrl: string | undefined;
  /** `host:port` of status. */
  status: string | undefined;
  /** Absolute; holds `ca.crt`, `tls.crt`, `tls.key`, as a Secret has them. */
  statusTls: string | undefined;
}

const run = promisify(execFile);
const pulumiMs = 60_000;

/** What `-e` says wins over the outputs of a stack, and these over where `npm start` is. Throws InputError. */
export async function findTarget(
  request: Pick<RunRequest, 'stack' | 'outputs' | 'variables'>,
  root: string,
): Promise<Target> {
  const outputs = await outputsOf(request, root);
  const variables = { ...outputs, ...request.variables };
  return {
    url: checkUrl('BERTH_URL', variables.BERTH_URL ?? 'http://127.0.0.1:8080'),
    mailUrl: variables.BERTH_MAIL_URL ? checkUrl('BERTH_MAIL_URL', variables.BERTH_MAIL_URL) : undefined,
    status: variables.BERTH_STATUS ? checkAddress(variables.BERTH_STATUS) : undefined,
    statusTls: variables.BERTH_STATUS_TLS ? checkFolder(variables.BERTH_STATUS_TLS) : undefined,
  };
}

async function outputsOf(
  { stack, outputs, variables }: Parameters<typeof findTarget>[0],
  root: string,
): Promise<Record<string, string>> {
  if (stack !== undefined) return parseOutputs(await stackOutputs(stack, root), `stack ${stack}`);
  if (outputs !== undefined) return parseOutputs(read(outputs), outputs === '-' ? 'standard input' : outputs);
  if (variables.BERTH_URL !== undefined) return {};
  // What a running `npm start` says about itself.
  const local = join(root, '.berth/outputs.json');
  return existsSync(local)
    ? parseOutputs(readFileSync(local, 'utf8'), local)
    : { BERTH_MAIL_URL: 'http://127.0.0.1:1080' };
}

async function stackOutputs(stack: string, root: string): Promise<string> {
  try {
    const { stdout } = await run('pulumi', ['stack', 'output', '--json', '--stack', stack], {
      cwd: root,
      timeout: pulumiMs,
    });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT')
      throw new InputError(
        `--stack ${stack}: pulumi is not on the PATH; --outputs takes the JSON that it prints`,
      );
    const reason = stderr?.trim().split('\n')[0] || (error as Error).message;
    throw new InputError(`--stack ${stack}: ${reason}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new InputError(`--outputs ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parseOutputs(text: string, where: string): Record<string, string> {
  let outputs: { k6Env?: Record<string, string> };
  try {
    outputs = JSON.parse(text);
  } catch {
    throw new InputError(`${where}: not JSON; expected what pulumi stack output --json prints`);
  }
  const found = outputs?.k6Env;
  if (typeof found?.BERTH_URL !== 'string')
    throw new InputError(`${where}: no output k6Env with BERTH_URL; is it a stack of Berth, and up?`);
  return found;
}

function checkUrl(name: string, text: string): string {
  if (!/^https?:\/\/./i.test(text) || !URL.canParse(text))
    throw new InputError(`${name}: ${text || 'nothing'}: expected http[s]://host[:port]`);
  return text.replace(/\/+$/, '');
}

function checkAddress(text: string): string {
  const port = Number(/^[^\s/]+:(\d{1,5})$/.exec(text)?.[1]);
  if (!(port >= 1 && port <= 65_535)) throw new InputError(`BERTH_STATUS: ${text}: expected host:port`);
  return text;
}

function checkFolder(folder: string): string {
  const missing = ['ca.crt', 'tls.crt', 'tls.key'].filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) throw new InputError(`BERTH_STATUS_TLS: ${folder} has no ${missing.join(', ')}`);
  return resolve(folder);
}
