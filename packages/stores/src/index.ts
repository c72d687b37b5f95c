export { findStores, installStores, type StoreBinaries } from './binaries.ts';
export { hasDocker, startMysqlContainer, startRedisContainer } from './containers.ts';
export { freePort, freePorts } from './free-port.ts';
export { ForeignFolderError } from './made-by.ts';
export { type MariadbOptions, type RunningMysql, startMysql } from './mysql-server.ts';
export { type RunningRedis, startRedis } from './redis-server.ts';
export type { RunningServer } from './running-server.ts';
export { ServerProcess } from './server-process.ts';
