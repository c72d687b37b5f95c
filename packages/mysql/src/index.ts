export { BoundRows, executeBound } from './bound-rows.ts';
export {
  DurabilityError,
  errnoOf,
  isConnectionBroken,
  isDuplicateKey,
  isServerAway,
  isServerError,
  isTransient,
} from './errors.ts';
export { migrate, readMigrations, schemaVersion } from './migrate.ts';
export { type Answer, Mysql, type MysqlConnection, type MysqlOptions, type Tx, txOn } from './mysql.ts';
export { parseMysqlUrl } from './mysql-url.ts';
export { ServerWatch } from './server-watch.ts';
export type { SpelledValue, Statement } from './statements.ts';
