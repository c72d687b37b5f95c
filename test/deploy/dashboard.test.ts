import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { freePorts } from '@berth/stores';
import { parse, stringify } from 'yaml';
import { type Load, startLoad } from '../faults/load.ts';
import { fleetCommand } from '../harness/berth-command.ts';
import { connectDevice, nodeOf, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const root = resolve(import.meta.dirname, '../..');
const prometheus = process.env.BERTH_PROMETHEUS || 'prometheus';
const skip = spawnSync(prometheus, ['--version']).error ? 'prometheus is not installed' : false;
const platform = skip ? undefined : usePlatform({ nodes: 2 });
const folder = mkdtempSync(join(tmpdir(), 'berth-prometheus-'));
let child: ChildProcess | undefined;
after(async () => {
  const ended = child && new Promise((resolve) => child!.once('close', resolve));
  child?.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

interface Dashboard {
  panels: { title: string; targets?: { expr: string }[] }[];
}
interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[];
}

const fileOf = (name: string) => readFileSync(join(root, 'charts/berth/files', name), 'utf8');
const queries = (JSON.parse(fileOf('dashboard.json')) as Dashboard).panels.flatMap(
  ({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$namespace', 'berth') })),
);
const rules = fileOf('alerts.yaml')
  .replaceAll('NAMESPACE', 'berth')
  .replaceAll(/CAPACITY|SESSIONS/g, '20000');
const alerts = (parse(rules) as Rules).groups.flatMap((group) => group.rules);

/** Here is no edge. */
const isElsewhere = (expr: string) => expr.includes('haproxy_');
/** There is a series only once it has gone wrong, or where a planner runs. */
const seldom = /status=~"5|outcome="(no_berth|closed|failed)"/;
/** What an alert compares, as long as it is one thing with one number. */
const measured = (expr: string) => /^((?:(?! and ).)+?) (?:==|>) [\d.]+$/.exec(expr)?.[1];

test('a real Prometheus answers every query of the dashboard and of the alerts', { skip }, async () => {
  const [port] = (await freePorts(1)) as [number];
  const services = [...platform!.services.values()];
  startPrometheus(port, services);
  const ask = async (expr: string): Promise<unknown[]> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const answer = (await response.json()) as { status: string; error?: string; data: { result: unknown[] } };
    assert.equal(answer.status, 'success', `${expr}: ${answer.error}`);
    return answer.data.result;
  };
  const shows = (what: string, expr: string) =>
    eventually(`${what} shows something: ${expr}`, async () => (await ask(expr)).length > 0, 30_000);
  await eventually(
    'every service is scraped',
    async () => (await ask('up == 1')).length === services.length,
    30_000,
  );
  const load = await startLoad(platform!, 10);
  await load.more(50);
  await makeHistory(load);
  for (const { title, expr } of queries) await (isElsewhere(expr) ? ask(expr) : shows(title, expr));
  for (const { alert, expr } of alerts) {
    await ask(expr);
    const side = measured(expr);
    if (side && !isElsewhere(expr) && !seldom.test(expr)) await shows(alert, side);
  }
  assert.deepEqual(await ask('ALERTS{alertstate="firing"}'), []);
  await load.stop();
  await load.close();
});

/** Scrapes the services as the chart's monitors do: by app, in a namespace, each a pod. */
function startPrometheus(port: number, services: { name: string; opsUrl: string }[]): void {
  const apps = Map.groupBy(services, ({ name }) => name.replace(/-\d+$/, ''));
  const scrapes = [...apps].map(([app, pods]) => ({
    job_name: app,
    scrape_interval: '1s',
    static_configs: pods.map(({ name, opsUrl }) => ({
      targets: [new URL(opsUrl).host],
      labels: { namespace: 'berth', pod: name },
    })),
  }));
  writeFileSync(join(folder, 'alerts.yaml'), rules);
  const config = { rule_files: ['alerts.yaml'], scrape_configs: scrapes };
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(config));
  child = spawn(
    prometheus,
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
}

/** Has happen what is counted by its outcome: a mail, a refusal, sessions that are ended and moved, a node passed over. */
async function makeHistory(load: Load): Promise<void> {
  const device = load.devices[0]!;
  await device.client.sendCode({ email: device.person.email, purpose: 'reset' });
  await assert.rejects(device.client.request('friendRequest', { user: 999_999_999 }));
  const [person] = await seedPeople(platform!, 1);
  const phone = await connectDevice(platform!, person!, { deviceClass: 'phone' });
  const web = await connectDevice(platform!, person!);
  const other = (await web.client.listSessions()).find((session) => !session.current)!;
  await web.client.endSession(other.id);
  await eventually('the session is ended', () => phone.client.state.kind === 'ended');
  const name = nodeOf(device);
  await fleetCommand(platform!, 'drain', name);
  await web.client.close();
  await (await connectDevice(platform!, person!)).client.close();
  await fleetCommand(platform!, 'uncordon', name);
}
