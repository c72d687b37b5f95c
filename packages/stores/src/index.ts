export { findStores, installStores, type StoreBinaries } from './binaries.ts';
export { freePort } from './free-port.ts';
export { type MariadbOptions, type RunningMysql, startMysql } from './mysql-server.ts';
export { type RunningRedis, startRedis } from './redis-server.ts';
