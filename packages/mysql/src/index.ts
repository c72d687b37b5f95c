export { migrate, schemaVersion } from './migrate.ts';
export { DurabilityError, isDuplicateKey, isTransient, Mysql, type MysqlOptions, type Tx } from './mysql.ts';
