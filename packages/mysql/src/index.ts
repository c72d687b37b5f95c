export { migrate, schemaVersion } from './migrate.ts';
export {
  DurabilityError,
  isConnectionBroken,
  isDuplicateKey,
  isServerError,
  isTransient,
  Mysql,
  type MysqlConnection,
  type MysqlOptions,
  type Tx,
  txOn,
} from './mysql.ts';
