import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog, Metrics } from '@berth/telemetry';
import { createVerify } from './app.ts';
import { parseVerifyConfig } from './config.ts';

const config = parseOrExit('verify', parseVerifyConfig, process.env);
const log = createLog('verify', config.logLevel);
await runApp(createVerify(config, { log, metrics: new Metrics('verify').withProcessMetrics() }), log);
