import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog, Metrics } from '@berth/telemetry';
import { createStatus } from './app.ts';
import { parseStatusConfig } from './config.ts';

const config = parseOrExit('status', parseStatusConfig, process.env);
const log = createLog('status', config.logLevel);
await runApp(createStatus(config, { log, metrics: new Metrics('status').withProcessMetrics() }), log);
