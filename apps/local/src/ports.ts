import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { LocalError } from './local-error.ts';

/** After the port that is taken, so many are looked at for one to propose. */
const proposals = 100;

/** Throws LocalError when somebody listens on the port already: it says who, where that can be seen, and names a free one. */
export async function assertFree(port: number, what: string, option: string): Promise<void> {
  const refusal = await tryPort(port);
  if (refusal === undefined) return;
  const { code, message } = refusal;
  const holder = code === 'EADDRINUSE' ? holderOf(port) : undefined;
  const reason =
    code === 'EADDRINUSE'
      ? `is in use${holder === undefined ? '' : ` by ${holder}`}`
      : code === 'EACCES'
        ? 'is one that this user may not take'
        : `cannot be used (${message})`;
  const other = await freeAfter(code === 'EACCES' ? 8_000 + port : port);
  throw new LocalError(
    `port ${port} for the ${what} ${reason}; choose another: npm start -- ${option} ${other ?? 'PORT'}`,
  );
}

/** What the system says against listening on it. */
async function tryPort(port: number): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  await new Promise((resolve) => server.close(resolve));
  return undefined;
}

async function freeAfter(port: number): Promise<number | undefined> {
  const last = Math.min(port + proposals, 65_535);
  for (let next = port + 1; next <= last; next++) if ((await tryPort(next)) === undefined) return next;
  return undefined;
}

/** The process that listens there, as `node (process 123)`: on Linux, and where this user may look. */
function holderOf(port: number): string | undefined {
  try {
    const socket = `socket:[${listeningInode(port)}]`;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      if (opens(pid, socket)) return `${programOf(pid)} (process ${pid})`;
  } catch {
    // Not Linux, or it has just ended.
  }
  return undefined;
}

/** As it was called: what a process calls itself may be its thread's name, as Node's is "MainThread". */
function programOf(pid: string): string {
  const called = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
  return basename(called) || readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

function listeningInode(port: number): string | undefined {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1),
  );
  // Local address, remote one, state (0A: listening), …, inode.
  return rows
    .map((row) => row.trim().split(/\s+/))
    .find((fields) => fields[1]?.endsWith(ending) && fields[3] === '0A')?.[9];
}

function opens(pid: string, socket: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((descriptor) => {
      try {
        return readlinkSync(`${folder}/${descriptor}`) === socket;
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}
