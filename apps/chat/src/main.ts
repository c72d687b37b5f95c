import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog, Metrics } from '@berth/telemetry';
import { createChat } from './app.ts';
import { parseChatConfig } from './config.ts';

/** Beside the drain: commits in flight, farewells, the registry. */
const closeMarginMs = 20_000;

const config = parseOrExit('chat', parseChatConfig, process.env);
const log = createLog('chat', config.logLevel).child({ node: config.node });
await runApp(createChat(config, { log, metrics: new Metrics('chat').withProcessMetrics() }), log, {
  closeTimeoutMs: config.drainMs + closeMarginMs,
});
