import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { eventually } from '@berth/fixtures';

const project = resolve(import.meta.dirname, '../..');
/** Where the project is on the bare machine, for reading alone. */
const projectThere = '/berth';
const node = relative(project, process.execPath);

/** The release of Debian, or what is made of it, that this machine runs. */
const release = existsSync('/etc/os-release')
  ? /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  : undefined;

/** Why there is no bare machine to be had here; undefined when there is. */
export function noBareDebian(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make a machine within this one';
  if (release === undefined || !existsSync('/etc/debian_version')) return 'this is no Debian';
  if (spawnSync('debootstrap', ['--version']).error) return 'there is no debootstrap';
  if (node.startsWith('..')) return 'the project’s own Node does not run this';
  const mounts = ['--mount', '--propagation=private', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'];
  if (spawnSync('unshare', mounts).status !== 0) return 'root may not mount anything here';
  return undefined;
}

/** What each command sees: its own processes’ files, the devices, and the project, which it cannot write to. */
const enter = `set -e
  root=$1 user=$2; shift 2
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mkdir -p "$root${projectThere}"
  mount --bind "${project}" "$root${projectThere}"
  mount -o remount,bind,ro "$root${projectThere}"
  exec chroot --userspec="$user:$user" "$root" /usr/bin/env -i "$@"`;

/** A Debian in a folder of its own, with nothing on it but what makes it one, and a user `sailor`. */
export class BareDebian {
  readonly root = mkdtempSync(join(tmpdir(), 'berth-debian-'));
  readonly #started: Started[] = [];

  constructor() {
    // Everybody there has to get through its root.
    chmodSync(this.root, 0o755);
    execFileSync('debootstrap', ['--variant=minbase', release!, this.root], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    execFileSync('chroot', [this.root, 'useradd', '--create-home', 'sailor']);
  }

  /** `npm start`, as npm calls it, without the web client, which is built into the project. */
  start(user: 'root' | 'sailor', data: string, ports: readonly [number, number]): Started {
    const home = user === 'root' ? '/root' : `/home/${user}`;
    const path = [`${projectThere}/node_modules/.bin`, '/usr/local/bin', '/usr/bin', '/bin'];
    if (user === 'root') path.push('/usr/sbin', '/sbin');
    const proxies = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) =>
      process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
    );
    const command = [join(projectThere, node), `${projectThere}/apps/local/src/main.ts`, '--no-web'];
    const options = ['--data', data, '--port', String(ports[0]), '--mail-port', String(ports[1])];
    const started = new Started(
      spawn('unshare', [
        ...['--mount', '--propagation=private', 'sh', '-c', enter, 'sh', this.root, user],
        ...[`HOME=${home}`, `USER=${user}`, `PATH=${path.join(':')}`, 'LANG=C.UTF-8', ...proxies],
        ...[...command, ...options],
      ]),
    );
    this.#started.push(started);
    return started;
  }

  /** Whose a file there is, by its user id, and what may be done with it. */
  ownerOf(path: string): { uid: number; mode: number } {
    const { uid, mode } = statSync(join(this.root, path));
    return { uid, mode: mode & 0o777 };
  }

  /** The user id of somebody there. */
  uidOf(name: string): number {
    return Number(execFileSync('chroot', [this.root, 'id', '-u', name], { encoding: 'utf8' }));
  }

  async remove(): Promise<void> {
    for (const { child, ended } of this.#started) {
      child.kill('SIGKILL');
      await ended;
    }
    // What dies with a launcher writes on for a moment.
    await rm(this.root, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** A start there, and what it says. */
class Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said = '';

  constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (chunk) => {
        this.said += chunk;
      });
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  async running(timeoutMs: number): Promise<void> {
    const shown = eventually('the screen is shown', () => this.said.includes('Ctrl-C'), timeoutMs);
    const isOver = this.ended.then((code) => `it ended with ${code}`);
    const why = await Promise.race([shown.catch((error: Error) => error.message), isOver]);
    if (why !== true) throw new Error(`${why}: ${this.said}`);
  }
}
