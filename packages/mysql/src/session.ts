import type mysql from 'mysql2/promise';
import { DurabilityError, isServerError } from './errors.ts';

export interface SessionOptions {
  allowWeakDurability?: boolean | undefined;
  settings?: Record<string, number | string> | undefined;
}

/**
 * What every session is set to, whatever the server's defaults are: each of these changes what a statement means, or whether
 * what was answered is stored.
 */
const settings = {
  autocommit: 1,
  sql_mode: 'STRICT_ALL_TABLES,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO',
  time_zone: '+00:00',
  unique_checks: 1,
  completion_type: 'NO_CHAIN',
  sql_auto_is_null: 0,
  sql_safe_updates: 0,
};

/**
 * Makes a new connection READ COMMITTED, read-write, utf8mb4, strict and UTC, and checks that the server keeps what it
 * acknowledges. Throws DurabilityError when it does not.
 */
export async function prepareSession(
  connection: mysql.PoolConnection,
  { allowWeakDurability = false, settings: further }: SessionOptions,
): Promise<void> {
  // A server may be told to ignore the character set that a client asks for at its log-in.
  await connection.query('SET NAMES utf8mb4 COLLATE utf8mb4_bin');
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE');
  const all = Object.entries({ ...settings, ...further });
  await connection.query(
    `SET ${all.map(([name]) => `SESSION ${name} = ?`).join(', ')}`,
    all.map(([, value]) => value),
  );
  if (!allowWeakDurability) await checkDurability(connection);
}

async function checkDurability(connection: mysql.PoolConnection): Promise<void> {
  const [rows] = await connection.query<mysql.RowDataPacket[]>(
    'SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flush, @@GLOBAL.log_bin AS binlog, @@GLOBAL.sync_binlog AS sync',
  );
  const { flush, binlog, sync } = rows[0] as { flush: number; binlog: number; sync: number };
  if (Number(flush) !== 1) {
    throw new DurabilityError(
      `innodb_flush_log_at_trx_commit is ${flush}; it must be 1 (or allow weak durability by name)`,
    );
  }
  if (Number(binlog) === 1 && Number(sync) !== 1) {
    throw new DurabilityError(
      `sync_binlog is ${sync} with log_bin on; it must be 1 (or allow weak durability by name)`,
    );
  }
}

/**
 * Whether the server says of itself that it takes writes: a demoted one answers reads for as long as it is asked.
 * A server or proxy that does not know these variables is taken at its word.
 */
export async function isWriter(connection: mysql.PoolConnection): Promise<boolean> {
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      'SELECT @@GLOBAL.read_only AS server, @@GLOBAL.innodb_read_only AS engine',
    );
    return !isOn(rows[0]?.server) && !isOn(rows[0]?.engine);
  } catch (error) {
    if (isServerError(error)) return true;
    throw error;
  }
}

/** `read_only` is a number, and a text on the newest MariaDB, where it has more values than two. */
const isOn = (value: unknown): boolean =>
  !['0', 'OFF', 'undefined', 'null'].includes(String(value).toUpperCase());
