import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type mysql from 'mysql2/promise';
import type { Mysql } from './mysql.ts';

const defaultFolder = fileURLToPath(new URL('../migrations/', import.meta.url));

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Brings the schema up to the newest `NNNN-name.sql` of `folder`, one at a time, under an advisory lock so that
 * any number of processes may call it at once. Forward only. Answers with the versions applied. Throws when an
 * applied file has changed since, or when the lock is not had within 60 s.
 */
export async function migrate(db: Mysql, folder: string = defaultFolder): Promise<number[]> {
  const connection = await db.acquire();
  try {
    const [[lock]] = await connection.query<mysql.RowDataPacket[]>(
      "SELECT GET_LOCK(CONCAT('berth-migrate-', DATABASE()), 60) AS held",
    );
    if (lock?.held !== 1) throw new Error('migrate: another process holds the lock for over 60 s');
    await connection.query(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         version INT UNSIGNED NOT NULL PRIMARY KEY, name VARBINARY(128) NOT NULL,
         checksum VARBINARY(64) NOT NULL, applied_at BIGINT UNSIGNED NOT NULL) ENGINE = InnoDB`,
    );
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      'SELECT version, checksum FROM schema_migrations',
    );
    const applied = new Map(rows.map((row) => [Number(row.version), String(row.checksum)]));
    const done: number[] = [];
    for (const migration of readMigrations(folder)) {
      const checksum = applied.get(migration.version);
      if (checksum === undefined) {
        for (const statement of statementsOf(migration.sql)) await connection.query(statement);
        await connection.execute(
          'INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)',
          [migration.version, migration.name, migration.checksum, Date.now()],
        );
        done.push(migration.version);
      } else if (checksum !== migration.checksum) {
        throw new Error(`migrate: ${migration.name} was changed after it had been applied`);
      }
    }
    return done;
  } finally {
    await connection
      .query("DO RELEASE_LOCK(CONCAT('berth-migrate-', DATABASE()))")
      .catch(() => connection.destroy());
    connection.release();
  }
}

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
    if (error instanceof Error && 'errno' in error && error.errno === 1146) return { applied: 0, wanted };
    throw error;
  }
}

function readMigrations(folder: string): Migration[] {
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
