import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog } from '@berth/telemetry';
import { createProbe } from './app.ts';
import { parseProbeConfig } from './config.ts';

const config = parseOrExit('probe', parseProbeConfig, process.env);
const log = createLog('probe', config.logLevel);
const app = createProbe(config, { log });
await runApp(app, log);
await app.close();
