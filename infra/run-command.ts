import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');

/** A command that could not be started or failed; the message is one line with its own last words. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs a command at the root of the repository and answers with what it printed. `input` goes to its standard input. */
export function capture(command: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.once('error', (error) => reject(new CommandError(`${command}: ${error.message}`)));
    // One that ends without reading is judged by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new CommandError(failure(command, args, code, Buffer.concat(err).toString())));
    });
  });
}

/**
 * Runs a command at the root of the repository with its output, and if `interactive` its input, those of this process. One that
 * is interrupted is waited for: it may have much to put in order, during which nothing else may begin. `env`: beside this
 * process' own.
 */
export async function show(
  command: string,
  args: string[],
  { interactive = false, env = {} as Record<string, string> } = {},
): Promise<void> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: [interactive ? 'inherit' : 'ignore', 'inherit', 'inherit'],
  });
  let isInterrupted = false;
  // A terminal has sent it to the command, too, for which a second one means to leave everything as it is.
  const interrupted = () => {
    isInterrupted = true;
  };
  const ended = () => {
    if (!isInterrupted) child.kill('SIGINT');
    isInterrupted = true;
  };
  process.on('SIGINT', interrupted).on('SIGTERM', ended);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error) => reject(new CommandError(`${command}: ${error.message}`)));
      child.once('close', (code) => {
        if (code === 0) resolve();
        else if (isInterrupted)
          reject(
            new CommandError(`${command} ${args[0]} was interrupted: the same command goes on from there`),
          );
        else reject(new CommandError(failure(command, args, code)));
      });
    });
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', ended);
  }
}

function failure(command: string, args: string[], code: number | null, said = ''): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const words = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? `exit code ${code}`;
  return `${command} ${args[0]} failed: ${words.trim()}`;
}
