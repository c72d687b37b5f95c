import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog, Metrics, openTracing } from '@berth/telemetry';
import { createGate } from './app.ts';
import { parseGateConfig } from './config.ts';

const config = parseOrExit('gate', parseGateConfig, process.env);
const log = createLog('gate', config.logLevel);
const metrics = new Metrics('gate').withProcessMetrics();
const tracing = await openTracing(config.tracing, log);
await runApp(createGate(config, { log, metrics, tracing }), log);
