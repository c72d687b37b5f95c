import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { parse, stringify } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const promtool = process.env.BERTH_PROMTOOL || 'promtool';
const skip = spawnSync(promtool, ['--version']).error ? 'promtool is not installed' : false;
const folder = mkdtempSync(join(tmpdir(), 'berth-alerts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const rules = readFileSync(join(root, 'charts/berth/files/alerts.yaml'), 'utf8')
  .replaceAll('NAMESPACE', 'berth')
  .replaceAll('CAPACITY', '1000')
  .replaceAll('SESSIONS', '1000');
const alerts = (parse(rules) as { groups: { rules: { alert: string }[] }[] }).groups.flatMap((group) =>
  group.rules.map(({ alert }) => alert),
);
writeFileSync(join(folder, 'alerts.yaml'), rules);

/** Of each alert: series in which it fires within a quarter of an hour, and the same when all is well. */
const scenarios: Record<string, { bad: Record<string, string>; good: Record<string, string> }> = {
  BerthPodDown: {
    bad: { 'up{job="files",pod="a"}': '0x20' },
    good: { 'up{job="files",pod="a"}': '1x20', 'up{job="other",pod="a"}': '0x20' },
  },
  BerthLogInsFail: {
    bad: {
      'gate_http_request_seconds_count{status="503"}': '0+10x20',
      'gate_http_request_seconds_count{status="200"}': '0+90x20',
    },
    good: { 'gate_http_request_seconds_count{status="200"}': '0+90x20' },
  },
  BerthHashesQueue: { bad: { gate_hashes_waiting: '150x20' }, good: { gate_hashes_waiting: '3x20' } },
  BerthRevocationsWait: {
    bad: { gate_revocations_oldest_seconds: '0+60x20' },
    good: { gate_revocations_oldest_seconds: '0x20' },
  },
  BerthMailDown: {
    bad: { verify_smtp_up: '0x20' },
    good: { 'verify_smtp_up{pod="a"}': '0x20', 'verify_smtp_up{pod="b"}': '1x20' },
  },
  BerthNoBerths: {
    bad: { 'status_placements_total{outcome="no_berth"}': '0+300x20' },
    good: { 'status_placements_total{outcome="placed"}': '0+300x20' },
  },
  BerthPlacementsOnOldView: { bad: { status_redis_away: '1x20' }, good: { status_redis_away: '0x20' } },
  BerthChatNearlyFull: {
    bad: { 'chat_connections{pod="a"}': '990x20', 'chat_connections{pod="b"}': '900x20' },
    good: { 'chat_connections{pod="a"}': '990x20', 'chat_connections{pod="b"}': '100x20' },
  },
  BerthCommitsSlow: {
    bad: {
      'chat_batch_seconds_bucket{le="0.5"}': '0+10x20',
      'chat_batch_seconds_bucket{le="1"}': '0+100x20',
      'chat_batch_seconds_bucket{le="+Inf"}': '0+100x20',
    },
    good: {
      'chat_batch_seconds_bucket{le="0.5"}': '0+100x20',
      'chat_batch_seconds_bucket{le="+Inf"}': '0+100x20',
    },
  },
  BerthMessagesWait: { bad: { chat_messages_waiting: '6000x20' }, good: { chat_messages_waiting: '50x20' } },
  BerthRoutesAway: { bad: { chat_routes_away: '1x20' }, good: { chat_routes_away: '0x20' } },
  BerthPeersApart: { bad: { chat_peers_disconnected: '2x20' }, good: { chat_peers_disconnected: '0x20' } },
  BerthLoopSlow: {
    bad: { 'event_loop_delay_p99_seconds{job="chat",pod="a"}': '0.5x20' },
    good: { 'event_loop_delay_p99_seconds{job="chat",pod="a"}': '0.02x20' },
  },
  BerthEdgeNearlyFull: {
    bad: { 'haproxy_process_current_connections{pod="a"}': '900x20' },
    good: { 'haproxy_process_current_connections{pod="a"}': '90x20' },
  },
  BerthDrainStuck: {
    bad: { 'berth_fleet_node_draining{node="a"}': '1x20', 'berth_fleet_node_connections{node="a"}': '50x20' },
    good: {
      'berth_fleet_node_draining{node="a"}': '1x20',
      'berth_fleet_node_connections{node="a"}': '500-20x20',
    },
  },
  BerthDrainCloses: {
    bad: {
      'berth_drain_sessions_total{outcome="closed"}': '0+20x20',
      'berth_drain_sessions_total{outcome="moved"}': '0+20x20',
    },
    good: {
      'berth_drain_sessions_total{outcome="closed"}': '0x20',
      'berth_drain_sessions_total{outcome="moved"}': '0+20x20',
    },
  },
  BerthFleetTooSmall: {
    bad: { 'status_nodes_wanted{instance="a"}': '5x20', 'status_nodes{instance="a",state="ready"}': '3x20' },
    good: { 'status_nodes_wanted{instance="a"}': '3x20', 'status_nodes{instance="a",state="ready"}': '3x20' },
  },
  BerthPlannerFails: {
    bad: { 'status_plans_total{outcome="failed"}': '0+30x20', 'status_plans_total{outcome="ok"}': '7x20' },
    good: { 'status_plans_total{outcome="failed"}': '0+1x20', 'status_plans_total{outcome="ok"}': '0+30x20' },
  },
};

const seriesOf = (series: Record<string, string>) =>
  Object.entries(series).map(([name, values]) => ({
    series: name.includes('{') ? name.replace('{', '{namespace="berth",') : `${name}{namespace="berth"}`,
    values,
  }));

/** The alerts that fire at that moment, each once. */
function firing(series: Record<string, string>): string[] {
  const file = join(folder, 'scenario.yaml');
  const tests = [
    {
      interval: '1m',
      input_series: seriesOf(series),
      // What promtool finds instead is told, for all alerts at once.
      promql_expr_test: [
        {
          expr: 'ALERTS{alertstate="firing"}',
          eval_time: '15m',
          exp_samples: [{ labels: 'none', value: 0 }],
        },
      ],
    },
  ];
  writeFileSync(file, stringify({ rule_files: ['alerts.yaml'], evaluation_interval: '1m', tests }));
  const { stdout, stderr } = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8' });
  const found = [...`${stdout}${stderr}`.matchAll(/alertname="(\w+)"/g)].map(([, name]) => name!);
  return [...new Set(found)].sort();
}

test('the rules are sound', { skip }, () => {
  const said = execFileSync(promtool, ['check', 'rules', join(folder, 'alerts.yaml')], { encoding: 'utf8' });
  assert.match(said, new RegExp(`${alerts.length} rules found`));
});

test('every alert has a scenario', () => {
  assert.deepEqual(Object.keys(scenarios).sort(), alerts.toSorted());
});

for (const [alert, { bad, good }] of Object.entries(scenarios))
  test(`${alert} fires when it should, alone, and not when all is well`, { skip }, () => {
    assert.deepEqual(firing(bad), [alert]);
    assert.deepEqual(firing(good), []);
  });
