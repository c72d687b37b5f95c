#!/usr/bin/env bash
# Prometheus takes it for granted that to read a metric does not change it, and is often run in pairs for that reason. The event loop's
# lag among the default metrics of prom-client (15.1.3: `nodejs_eventloop_lag_max_seconds`, `_p99_`, `_mean_` …) is emptied by each
# reading. A loop that stood still for half a second is told to the first who asks, be it a person with curl; whoever asks after
# that sees a loop that never waited, and an alert does not fire. Help texts ("the maximum recorded event loop delay") and the README say
# nothing of it.
#
# Node 24.9.0. Exits with 0 as long as it is so: 5 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact node@24.9.0 prom-client@15.1.3
cat >try.mjs <<'JS'
import { setTimeout as sleep } from 'node:timers/promises';
import prometheus from 'prom-client';

prometheus.collectDefaultMetrics();
const read = async () => {
  const text = await prometheus.register.metrics();
  return Number(/^nodejs_eventloop_lag_max_seconds (.*)$/m.exec(text)[1]);
};
await sleep(200);
await read();
await sleep(500);
for (const until = performance.now() + 500; performance.now() < until; );
await sleep(500);
const first = await read();
await sleep(500);
const second = await read();
console.log(`Node ${process.versions.node}; the loop stood still for 0.5 s`);
console.log(`nodejs_eventloop_lag_max_seconds as one Prometheus sees it: ${first}`);
console.log(`and another, half a second later: ${second}`);
process.exit(first > 0.4 && second < first / 2 ? 0 : 1);
JS
node_modules/.bin/node try.mjs
