import { setTimeout as delay } from 'node:timers/promises';
import { BerthError } from '@berth/client';
import { type FleetNode, OperatorsApi } from '@berth/wire/operators';
import { plain } from '../terminal.ts';
import type { FleetConfig } from './fleet-config.ts';
import { runToken } from './run-token.ts';
import { progressBar, table } from './table.ts';

export interface FleetOutput {
  print(text: string): void;
  /** Replaces the line of progress; undefined where there is nobody to look at it. */
  progress: ((text: string) => void) | undefined;
}

const pollMs = 500;
/** A drain or a rebalance that gets nowhere for so long is no longer watched. */
const stuckMs = 120_000;

/** Does what the command line says. Throws BerthError. */
export async function runFleet(config: FleetConfig, output: FleetOutput): Promise<void> {
  const { statusUrl, token } = config;
  const awayMessage = `Status does not answer at ${statusUrl}.`;
  const api = new OperatorsApi({ url: `${statusUrl}/v1`, token, awayMessage });
  const { print } = output;
  const told = (answer: object, text: () => string) =>
    print(config.json ? JSON.stringify(answer, null, 2) : text());
  switch (config.command) {
    case 'ls': {
      const fleet = await api.fleet();
      return told(fleet, () => fleetTable(fleet.nodes));
    }
    case 'show': {
      const node = await nodeOf(api, config.node!);
      return told(node, () => factsOf(node));
    }
    case 'cordon':
    case 'uncordon': {
      const answer = await api.order(config.node!, config.command === 'cordon' ? 'cordon' : 'none');
      const what = config.command === 'cordon' ? 'gets no more log-ins' : 'is in service';
      return told(answer, () => `${config.node} ${what}; ${answer.connections} sessions are on it`);
    }
    case 'drain':
      return drain(api, config, output);
    case 'rebalance':
      return rebalance(api, config, output);
    case 'token':
      return runToken(api, config.order!, { json: config.json, print });
    case 'plan': {
      const plan = await api.plan();
      return told(plan, () => {
        const { last, decisions } = plan;
        const now = last
          ? `${last.scale} nodes, ${last.wanted} wanted: ${last.why}`
          : 'the planner has not planned yet';
        const ago = (atMs: number) => `${Math.max(0, Math.round((plan.nowMs - atMs) / 1_000))} s ago`;
        const lines = decisions
          .toReversed()
          .map(({ atMs, why }) => `  ${ago(atMs).padStart(12)}  ${plain(why)}`);
        const off =
          plan.scaler === 'off' ? ['(nothing scales this fleet; this is what the planner would do)'] : [];
        return [now, ...off, ...lines].join('\n');
      });
    }
    default: {
      const answer = await api.explain(config.wish);
      return told(answer, () => {
        const { chosen, retryAfterMs } = answer;
        const first = chosen
          ? `${chosen.node} (${answer.strategy})`
          : `nobody is free${retryAfterMs === undefined ? '' : ` for ${retryAfterMs} ms`}`;
        const rows = answer.nodes.map((node) => [node.node, percent(node.load), node.skip ?? '']);
        return `${first}\n${table(['node', 'load', 'why not'], rows)}`;
      });
    }
  }
}

async function drain(
  api: OperatorsApi,
  { node: name, json, waits }: FleetConfig,
  output: FleetOutput,
): Promise<void> {
  const { connections: total } = await api.order(name!, 'drain');
  if (!json) output.print(`${name}: ${total} sessions are moved`);
  let left = waits ? total : 0;
  await watch(async () => {
    if (left === 0) return true;
    ({ connections: left } = await nodeOf(api, name!));
    output.progress?.(progressBar(total - left, total, `${left} left`));
    return left === 0 || left;
  });
  if (json) output.print(JSON.stringify({ node: name, sessions: total, left: waits ? left : total }));
  else if (waits) output.print(`${name} is empty`);
}

async function rebalance(
  api: OperatorsApi,
  { json, waits }: FleetConfig,
  output: FleetOutput,
): Promise<void> {
  const before = await api.fleet();
  const { moves } = await api.rebalance();
  const total = moves.reduce((sum, move) => sum + move.sessions, 0);
  if (!json)
    output.print(
      total === 0
        ? 'the nodes are even'
        : `${total} sessions are moved from ${moves.map(({ node }) => node).join(', ')}`,
    );
  const countOf = (nodes: FleetNode[], name: string) =>
    nodes.find((node) => node.name === name)?.connections ?? 0;
  let gone = 0;
  if (waits && total > 0)
    await watch(async () => {
      const { nodes } = await api.fleet();
      gone = moves.reduce((sum, { node }) => sum + countOf(before.nodes, node) - countOf(nodes, node), 0);
      output.progress?.(progressBar(gone, total, `${Math.max(0, total - gone)} left`));
      // Others come and go meanwhile.
      return gone >= 0.9 * total || gone;
    });
  if (json) output.print(JSON.stringify({ moves }));
  else if (waits && total > 0) output.print('done');
}

/** Looks until it is true; a number says how far it is. Throws when that does not change for long. */
async function watch(look: () => Promise<true | number>): Promise<void> {
  let last: number | undefined;
  for (let changedAt = performance.now(); ; ) {
    const seen = await look();
    if (seen === true) return;
    if (seen !== last) changedAt = performance.now();
    if (performance.now() - changedAt > stuckMs)
      throw new BerthError('deadline', 'Nothing moves any more; `berth fleet explain` tells who has room.');
    last = seen;
    await delay(pollMs);
  }
}

async function nodeOf(api: OperatorsApi, name: string): Promise<FleetNode> {
  const { nodes } = await api.fleet();
  const node = nodes.find((known) => known.name === name);
  if (!node) throw new BerthError('not_found', `There is no node ${name}.`);
  return node;
}

const percent = (share: number): string => `${Math.round(100 * share)}%`;

function fleetTable(nodes: FleetNode[]): string {
  const headings = ['node', 'state', 'sessions', 'reserved', 'load', 'rate', 'zone', 'version'];
  return table(
    headings,
    nodes.map((node) => [
      ...[node.name, node.state, String(node.connections), String(node.reserved), percent(node.load)],
      ...[String(Math.round(node.admissionRate)), node.zone, node.version],
    ]),
  );
}

function factsOf(node: FleetNode): string {
  const facts = Object.entries(node).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  const width = Math.max(...facts.map(([name]) => name!.length));
  return facts.map(([name, value]) => `${name!.padEnd(width)}  ${plain(value!)}`).join('\n');
}
