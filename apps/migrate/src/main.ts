import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog } from '@berth/telemetry';
import { createMigrate } from './app.ts';
import { parseMigrateConfig } from './config.ts';

const config = parseOrExit('migrate', parseMigrateConfig, process.env);
const log = createLog('migrate', config.logLevel);
const app = createMigrate(config, { log });
await runApp(app, log);
await app.close();
