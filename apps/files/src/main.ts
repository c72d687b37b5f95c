import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog, Metrics } from '@berth/telemetry';
import { createFiles } from './app.ts';
import { parseFilesConfig } from './config.ts';

const config = parseOrExit('files', parseFilesConfig, process.env);
const log = createLog('files', config.logLevel);
await runApp(createFiles(config, { log, metrics: new Metrics('files').withProcessMetrics() }), log);
