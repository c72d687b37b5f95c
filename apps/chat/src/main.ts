import process from 'node:process';
import { parseOrExit } from '@berth/env';
import { runApp } from '@berth/lifecycle';
import { createLog, Metrics, openTracing } from '@berth/telemetry';
import { createChat } from './app.ts';
import { parseChatConfig } from './config.ts';

/** Beside the drain: commits in flight, farewells, the registry. */
const closeMarginMs = 20_000;

const config = parseOrExit('chat', parseChatConfig, process.env);
const log = createLog('chat', config.logLevel).child({ node: config.node });
const metrics = new Metrics('chat').withProcessMetrics();
const tracing = await openTracing(config.tracing, log);
await runApp(createChat(config, { log, metrics, tracing }), log, {
  closeTimeoutMs: config.drainMs + closeMarginMs,
});
