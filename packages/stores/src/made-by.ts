import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Data that the server at hand cannot read, noticed before it touches them; the message is a sentence. */
export class ForeignFolderError extends Error {
  override readonly name = 'ForeignFolderError';
}

interface Server {
  name: string;
  /** Such as 10.11; undefined when it cannot be told. */
  version: string | undefined;
}

/** Throws ForeignFolderError when the data folder was made by the other of MariaDB and MySQL, or by a newer one. */
export function assertMysqlReads(
  data: string,
  { isMaria, version }: { isMaria: boolean; version: string },
): void {
  const server = { name: isMaria ? 'MariaDB' : 'MySQL', version: versionIn(version) };
  const maker = makerOfMysql(data);
  if (maker && (maker.name !== server.name || isNewer(maker, server))) refuse(data, maker, server);
}

/** As above for Redis and Valkey; `version` as the server itself says it. */
export function assertRedisReads(dir: string, version: string): void {
  const server = { name: /valkey/i.test(version) ? 'Valkey' : 'Redis', version: versionIn(version) };
  for (const maker of makersOfRedis(dir)) {
    // They were one until Redis 7.2.
    const isForeign =
      maker.name === 'Redis' && server.name === 'Valkey'
        ? isNewer(maker, { version: '7.2' })
        : maker.name !== server.name;
    if (isForeign || (maker.name === server.name && isNewer(maker, server))) refuse(dir, maker, server);
  }
}

function refuse(data: string, maker: Server, server: Server): never {
  const [made, here] = [maker, server].map(({ name, version }) => [name, version].filter(Boolean).join(' '));
  throw new ForeignFolderError(
    `the data in ${data} were made by ${made}, and the server of this machine is ${here}, which cannot read them; ` +
      `put the server that made them first on the PATH, or choose another data folder`,
  );
}

/** Both leave files that the other does not know, and the version that last served. */
function makerOfMysql(data: string): Server | undefined {
  if (existsSync(join(data, 'aria_log_control'))) {
    const noted = ['mariadb_upgrade_info', 'mysql_upgrade_info'].map((file) => textOf(join(data, file)));
    return { name: 'MariaDB', version: versionIn(noted.find((text) => text !== '') ?? '') };
  }
  if (existsSync(join(data, 'mysql.ibd'))) {
    const noted = [...textOf(join(data, 'mysql_upgrade_history')).matchAll(/"version":\s*"([^"]+)"/g)];
    return { name: 'MySQL', version: versionIn(noted.at(-1)?.[1] ?? '') };
  }
  return undefined;
}

/** The snapshots that begin the append-only files name their maker in their first bytes. */
function makersOfRedis(dir: string): Server[] {
  const folder = join(dir, 'appendonlydir');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.base.rdb'))
    .flatMap((file) => {
      const match = /^(?:REDIS|VALKEY)\d+.*?(redis|valkey)-ver.(\d+\.\d+)/s.exec(
        beginning(join(folder, file)),
      );
      return match ? [{ name: match[1] === 'valkey' ? 'Valkey' : 'Redis', version: match[2] }] : [];
    });
}

function beginning(file: string): string {
  const bytes = Buffer.alloc(128);
  const descriptor = openSync(file, 'r');
  try {
    return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** Major and minor version: within them any server reads what another has written. */
const versionIn = (text: string): string | undefined => /\b(\d+\.\d+)\.\d+/.exec(text)?.[1];

/** False where it cannot be told. */
function isNewer(one: Pick<Server, 'version'>, other: Pick<Server, 'version'>): boolean {
  if (!one.version || !other.version) return false;
  const [major, minor] = one.version.split('.').map(Number) as [number, number];
  const [otherMajor, otherMinor] = other.version.split('.').map(Number) as [number, number];
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
}
