import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog, Metrics, openTracing } from '@berth/telemetry';
import { createStatus } from './app.ts';
import { parseStatusConfig } from './config.ts';

const config = parseOrExit('status', parseStatusConfig, process.env);
const log = createLog('status', config.logLevel);
const metrics = new Metrics('status').withProcessMetrics();
const tracing = await openTracing(config.tracing, log);
await runApp(createStatus(config, { log, metrics, tracing }), log);
