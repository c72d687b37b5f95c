export { createLog, type Log } from './log.ts';
export { Metrics } from './metrics.ts';
export { type Check, failedChecks, OpsServer, type OpsServerOptions } from './ops-server.ts';
