export {
  EnvError,
  env,
  parseOrExit,
  readEnv,
  readGrpcTls,
  readSecret,
  requireSecret,
} from './env.ts';
export { type MysqlSettings, mysqlVariables, readMysql } from './mysql.ts';
