import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type mysql from 'mysql2/promise';
import { errnoOf, isServerError } from './errors.ts';
import type { Mysql, MysqlConnection } from './mysql.ts';

const defaultFolder = fileURLToPath(new URL('../migrations/', import.meta.url));

/** Advisory locks have names of at most 64 characters, databases, too: a long name is hashed. */
const lockName = `IF(CHAR_LENGTH(DATABASE()) <= 50, CONCAT('berth-migrate-', DATABASE()), CONCAT('berth-migrate-', LEFT(SHA2(DATABASE(), 256), 40)))`;

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

/** How far a migration came that has not ended: `begun` statements were sent, `done` of them are known to have taken effect. */
interface Progress {
  checksum: string;
  begun: number;
  done: number;
}

/**
 * Brings the schema up to the newest `NNNN-name.sql` of `folder`, one at a time, under an advisory lock so that
 * any number of processes may call it at once. Forward only. One that was killed midway goes on where it was: each
 * statement is noted before and after, and one of unknown outcome may find what it makes made already (MySQL's and
 * MariaDB's DDL statements take effect whole or not at all); one that changes rows commits together with its note.
 * Answers with the versions applied. Throws when an applied file has changed since, or when the lock is not had
 * within 60 s.
 */
export async function migrate(db: Mysql, folder: string = defaultFolder): Promise<number[]> {
  const connection = await db.acquire();
  try {
    const [[lock]] = await connection.query<mysql.RowDataPacket[]>(
      `SELECT GET_LOCK(${lockName}, 60) AS held`,
    );
    if (lock?.held !== 1) throw new Error('migrate: another process holds the lock for over 60 s');
    const interrupted = await readInterrupted(connection);
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      'SELECT version, checksum FROM schema_migrations',
    );
    const applied = new Map(rows.map((row) => [Number(row.version), String(row.checksum)]));
    const done: number[] = [];
    for (const migration of readMigrations(folder)) {
      const checksum = applied.get(migration.version);
      if (checksum === undefined) {
        await apply(connection, migration, interrupted.get(migration.version) ?? interrupted.get('unknown'));
        interrupted.delete('unknown');
        done.push(migration.version);
      } else if (checksum !== migration.checksum) {
        throw new Error(`migrate: ${migration.name} was changed after it had been applied`);
      }
    }
    return done;
  } finally {
    await connection.query(`DO RELEASE_LOCK(${lockName})`).catch(() => connection.destroy());
    connection.release();
  }
}

/**
 * The migrations that began and did not end, by version. `unknown` stands for the next one, when a process that noted
 * whole migrations only may have been killed in it: any of its statements may have taken effect.
 */
async function readInterrupted(connection: MysqlConnection): Promise<Map<number | 'unknown', Progress>> {
  const [tables] = await connection.query<mysql.RowDataPacket[]>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name IN ('schema_migrations', 'schema_migration_steps')`,
  );
  const names = new Set(tables.map((row) => String(row.name)));
  if (!names.has('schema_migrations')) {
    await connection.query(
      `CREATE TABLE schema_migrations (
         version INT UNSIGNED NOT NULL PRIMARY KEY, name VARBINARY(128) NOT NULL,
         checksum VARBINARY(64) NOT NULL, applied_at BIGINT UNSIGNED NOT NULL) ENGINE = InnoDB`,
    );
  }
  if (!names.has('schema_migration_steps')) {
    await connection.query(
      `CREATE TABLE schema_migration_steps (
         version INT UNSIGNED NOT NULL PRIMARY KEY, checksum VARBINARY(64) NOT NULL,
         begun INT UNSIGNED NOT NULL, done INT UNSIGNED NOT NULL) ENGINE = InnoDB`,
    );
    const everything = { checksum: '', begun: Number.MAX_SAFE_INTEGER, done: 0 };
    return new Map(names.has('schema_migrations') ? [['unknown', everything]] : []);
  }
  const [steps] = await connection.query<mysql.RowDataPacket[]>(
    'SELECT version, checksum, begun, done FROM schema_migration_steps',
  );
  return new Map(
    steps.map((row) => [
      Number(row.version),
      { checksum: String(row.checksum), begun: Number(row.begun), done: Number(row.done) },
    ]),
  );
}

/** Runs the statements that are not done yet, and notes the migration as applied. */
async function apply(
  connection: MysqlConnection,
  { version, name, checksum, sql }: Migration,
  interrupted: Progress | undefined,
): Promise<void> {
  if (interrupted?.checksum && interrupted.checksum !== checksum) {
    throw new Error(`migrate: ${name} was changed after it had been applied in part`);
  }
  const statements = statementsOf(sql);
  const note = (begun: number, done: number) =>
    connection.query(
      `INSERT INTO schema_migration_steps (version, checksum, begun, done) VALUES (?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE begun = VALUES(begun), done = VALUES(done)`,
      [version, checksum, begun, done],
    );
  for (let index = interrupted?.done ?? 0; index < statements.length; index++) {
    const statement = statements[index]!;
    if (/^(INSERT|UPDATE|DELETE|REPLACE)\b/i.test(statement)) {
      await inOne(connection, [() => connection.query(statement), () => note(index + 1, index + 1)]);
      continue;
    }
    const isOutcomeUnknown = index < (interrupted?.begun ?? 0);
    await note(index + 1, index);
    await connection.query(statement).catch(async (error) => {
      if (isOutcomeUnknown && isMadeAlready(error)) return;
      // What the server refuses it has not done.
      if (isServerError(error)) await note(index, index);
      throw error;
    });
    // That the last one is done is said by the migration's own note: each waits for the disk, and a first start for all of them.
    if (index + 1 < statements.length) await note(index + 1, index + 1);
  }
  await inOne(connection, [
    () =>
      connection.query(
        'INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)',
        [version, name, checksum, Date.now()],
      ),
    () => connection.query('DELETE FROM schema_migration_steps WHERE version = ?', [version]),
  ]);
}

async function inOne(connection: MysqlConnection, steps: (() => Promise<unknown>)[]): Promise<void> {
  await connection.query('START TRANSACTION');
  try {
    for (const step of steps) await step();
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => connection.destroy());
    throw error;
  }
}

/** A table (1050, 1051), column (1054, 1060), key (1061, 1068, 1091) or constraint (1826) that is there, or gone, already. */
const isMadeAlready = (error: unknown): boolean =>
  [1050, 1051, 1054, 1060, 1061, 1068, 1091, 1826].includes(errnoOf(error) ?? 0);

/** The newest version applied, 0 when none; and the newest that this code knows. */
export async function schemaVersion(
  db: Mysql,
  folder: string = defaultFolder,
): Promise<{ applied: number; wanted: number }> {
  const wanted = Math.max(0, ...readMigrations(folder).map((migration) => migration.version));
  try {
    const rows = await db.rows<{ version: number | null }>(
      'SELECT MAX(version) AS version FROM schema_migrations',
    );
    return { applied: Number(rows[0]?.version ?? 0), wanted };
  } catch (error) {
    if (errnoOf(error) === 1146) return { applied: 0, wanted };
    throw error;
  }
}

/** In their order. */
export function readMigrations(folder: string = defaultFolder): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(`${folder}/${file}`, 'utf8');
      return {
        version: Number(file.slice(0, 4)),
        name: file,
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      };
    });
}

/** Splits at semicolons that end a line; the files hold no procedures. */
const statementsOf = (sql: string): string[] =>
  sql
    .replace(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
