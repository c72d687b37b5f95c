import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog, Metrics, openTracing } from '@berth/telemetry';
import { createVerify } from './app.ts';
import { parseVerifyConfig } from './config.ts';

const config = parseOrExit('verify', parseVerifyConfig, process.env);
const log = createLog('verify', config.logLevel);
const metrics = new Metrics('verify').withProcessMetrics();
const tracing = await openTracing(config.tracing, log);
await runApp(createVerify(config, { log, metrics, tracing }), log);
