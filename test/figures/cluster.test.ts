import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { after, before, describe, type TestContext, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { FleetAnswer, PlanAnswer } from '@berth/wire/operators';
import { ClusterDoors } from '../deploy/cluster/doors.ts';
import { buildImages, Installation } from '../deploy/cluster/installation.ts';
import { type ClusterObject, TestCluster } from '../deploy/cluster/test-cluster.ts';
import { clusterBin, clusterTools } from '../deploy/cluster-tools.ts';
import { Crowd, type Noticed } from './crowd.ts';
import { FleetWatch, unevenness } from './fleet-watch.ts';
import { buildFormerImages } from './former-images.ts';
import { pidOfNode } from './node-process.ts';

/**
 * `npm test -- test/figures/cluster`: what docs/benchmarks.md says of an elastic fleet on a real cluster. It takes half an hour;
 * `BERTH_SESSIONS` (default 2000, a multiple of 10) says how many people there are.
 */
const sessions = Number(process.env.BERTH_SESSIONS ?? 2_000);
/** From one text of a person to the next. */
const pauseMs = 40_000;
/** Log-ins and moves that a node is given in a second; so few that this machine is never the limit. */
const nodeRate = 30;
/** With a quarter kept free, five pods are what everybody needs. */
const capacity = Math.ceil(sessions / (5 * 0.75) / 0.9);
const values = {
  'chat.scaling.min': 2,
  'chat.scaling.max': 6,
  'chat.capacity': capacity,
  'chat.helloRate': 2 * nodeRate,
  'chat.drainSeconds': 60,
  'edge.maxConnections': 4_000,
  // The release before has none.
  'files.enabled': 'false',
  'status.env.SCALER_CALM_MINUTES': '"0.3"',
  // That is what they take here.
  'status.env.SCALER_START_SECONDS': '"10"',
};
/** A rollout has each of five pods be emptied in turn. */
const rolloutMinutes = 12;
const withValues = (more: Record<string, string | number> = {}) =>
  Object.entries({ ...values, ...more }).flatMap(([name, value]) => [
    String(value).startsWith('"') ? '--set-string' : '--set',
    `${name}=${String(value).replaceAll('"', '')}`,
  ]);

describe('an elastic fleet', { skip: clusterTools === undefined && 'there are no cluster tools' }, () => {
  let cluster: TestCluster;
  let doors: ClusterDoors;
  let installation: Installation;
  let watch: FleetWatch;
  let tag: string;
  let formerTag: string | undefined;
  let steadyP99Ms = 0;
  const crowd = new Crowd();
  const rows: string[] = [];

  before(async () => {
    cluster = await TestCluster.up();
    tag = await buildImages();
    formerTag = await buildFormerImages();
    installation = await Installation.record(cluster, tag);
    doors = new ClusterDoors(cluster);
    await installation.applyObjects();
    await installation.install('stores');
    await installation.install('berth', withValues());
    await cluster.settled('berth');
    watch = new FleetWatch(doors);
    watch.start();
  });
  after(async () => {
    console.log(rows.join('\n'));
    await watch?.stop();
    await crowd.close();
    await doors?.close();
    await installation?.close();
    await cluster?.down();
  });

  /** Notes what people noticed of it, and demands what may never be otherwise. */
  const note = (t: TestContext, what: string, noticed: Noticed, more = ''): void => {
    const { texts, p50Ms, p99Ms, abrupt, offlineMedianMs, offlineLongestMs, waited } = noticed;
    const share = `${Math.round(100 * waited)} %`;
    const row = `| ${what} | ${texts} | ${p50Ms} / ${p99Ms} | ${abrupt} | ${offlineMedianMs} / ${offlineLongestMs} | ${share} | ${more} |`;
    rows.push(row);
    t.diagnostic(row);
  };
  const chatPods = () => cluster.pods('berth', 'chat');
  /** Until chat has been rolled out and those that were replaced have ended. */
  const rolledOut = async (former: ClusterObject[]) => {
    await cluster.settled('berth', 60 * rolloutMinutes);
    const uids = new Set(former.map(({ metadata }) => metadata.uid));
    await eventually(
      'those that were replaced have ended',
      async () => {
        const pods = await cluster.list('berth', 'pods', 'app.kubernetes.io/component=chat');
        return !pods.some(({ metadata }) => uids.has(metadata.uid));
      },
      300_000,
    );
  };

  test('it grows from two to five by load alone, and log-ins hardly suffer by it', async (t) => {
    await doors.withPlatform(async (platform) => {
      await crowd.enter(platform, 100);
      await crowd.talk(0, pauseMs / 8);
      crowd.noticed();
      await crowd.enter(platform, sessions - 100);
    });
    await eventually('there are five', () => watch.last?.scale === 5, 120_000);
    await cluster.settled('berth');
    await eventually('all five are seen to serve', () => watch.last?.nodes.size === 5, 60_000);
    const room = capacity * 0.75 * 2;
    const over = watch.moments.find(({ used }) => used > room)!;
    const decidedMs = watch.decisions.find(({ why }) => / 2 → \d+$/.test(why))!.atMs;
    // From the first decision to the last of the pods that it led to; before and after that log-ins are undisturbed.
    const [first, last] = [crowd.enteredAt[100]!, crowd.enteredAt.at(-1)!];
    const begun = over.atMs - (over.fleetMs - decidedMs);
    const grown = Math.min(last, watch.moments.find(({ nodes }) => nodes.size === 5)!.atMs);
    const count = (from: number, to: number) => crowd.enteredAt.filter((at) => at >= from && at < to).length;
    const during = (1_000 * count(begun, grown)) / (grown - begun);
    const undisturbed =
      (1_000 * (count(first, begun) + count(grown, last))) / (begun - first + (last - grown));
    note(
      t,
      `2 → 5 by ${sessions} log-ins`,
      crowd.noticed(),
      `a third asked for ${((decidedMs - over.fleetMs) / 1_000).toFixed(1)} s after two were too few; ${undisturbed.toFixed(1)} log-ins/s before and after, ${during.toFixed(1)} during (${(during / undisturbed).toFixed(2)}); refused for now: ${JSON.stringify(Object.fromEntries(crowd.refused))}`,
    );
  });

  test('it is evened out', async (t) => {
    const begun = performance.now();
    await eventually(
      'the nodes are even',
      () => {
        const spread = [...(watch.last?.nodes.values() ?? [])];
        if (spread.length === 5 && unevenness(spread) <= 0.1) return true;
        throw new Error(`${spread}`);
      },
      300_000,
    );
    await eventually(
      'it is left at that',
      async () => {
        const { last } = await doors.askStatus<PlanAnswer>('/v1/fleet/plan');
        if (last && !/even/.test(last.why)) return true;
        throw new Error(last?.why);
      },
      300_000,
    );
    const spread = [...watch.last!.nodes.values()];
    note(
      t,
      'evened out',
      crowd.noticed(),
      `${spread.join(', ')}: at most ${(100 * unevenness(spread)).toFixed(1)} % from the mean after ${Math.round((performance.now() - begun) / 1_000)} s`,
    );
  });

  test('everybody talks', async (t) => {
    await doors.withPlatform(async () => {
      await crowd.talk(100, pauseMs);
      await crowd.more(sessions / 5);
      crowd.noticed();
      const begun = performance.now();
      await crowd.more(sessions);
      const noticed = crowd.noticed();
      const seconds = (performance.now() - begun) / 1_000;
      steadyP99Ms = noticed.p99Ms;
      note(
        t,
        'steady',
        noticed,
        `${Math.round(noticed.texts / seconds)} texts/s, ${Math.round(noticed.deliveries / seconds)} deliveries/s`,
      );
      assert.equal(noticed.abrupt, 0);
    });
  });

  const shake = (what: string, act: () => Promise<string | undefined>) =>
    test(what, async (t) => {
      crowd.noticed();
      const begun = performance.now();
      const more = await act();
      const took = `${Math.round((performance.now() - begun) / 1_000)} s`;
      await crowd.more(sessions / 10);
      const noticed = crowd.noticed();
      const ratio = `p99 ${(noticed.p99Ms / steadyP99Ms).toFixed(1)} × steady`;
      note(t, what, noticed, [took, ratio, ...(more ? [more] : [])].join('; '));
    });

  shake('kubectl rollout restart', async () => {
    const former = await chatPods();
    await cluster.kubectl(['rollout', 'restart', '-n', 'berth', 'deployment/berth-chat']);
    await rolledOut(former);
    return undefined;
  });

  shake('helm upgrade to the release before', async () => {
    if (formerTag === undefined) return 'not there: the history does not tell which it is';
    const former = await chatPods();
    await installation.install('berth', withValues({ 'image.tag': formerTag }), rolloutMinutes);
    await rolledOut(former);
    return undefined;
  });

  shake('helm rollback to this one', async () => {
    if (formerTag === undefined) return 'not there';
    const former = await chatPods();
    const waits = ['--wait', '--timeout', `${rolloutMinutes}m`];
    await cluster.helm(
      ['rollback', 'berth', '--namespace', 'berth', ...waits],
      (rolloutMinutes + 1) * 60_000,
    );
    await rolledOut(former);
    return undefined;
  });

  shake('kubectl drain of the node', async () => {
    const former = await chatPods();
    const node = former[0]!.spec.nodeName as string;
    const selector = '--pod-selector=app.kubernetes.io/component=chat';
    const drained = cluster.kubectl(
      ['drain', node, selector, '--delete-emptydir-data', '--ignore-daemonsets', '--timeout=900s'],
      undefined,
      910_000,
    );
    await eventually(
      'one is to go',
      async () => {
        const left = new Set((await chatPods()).map(({ metadata }) => metadata.uid));
        return former.some(({ metadata }) => !left.has(metadata.uid));
      },
      60_000,
    );
    // There is no other one for the pods that take their place.
    await cluster.kubectl(['uncordon', node]);
    await drained;
    await rolledOut(former);
    return undefined;
  });

  shake('a pod that drains is killed', async () => {
    const [pod] = await chatPods();
    const name = pod!.metadata.name;
    const node = String(pod!.status.podIP).replaceAll('.', '-');
    const there = crowd.spread().get(node)!;
    const pid = pidOfNode(String(pod!.status.podIP));
    // It drains before the command has ended.
    const deleting = cluster.kubectl(['delete', 'pod', '-n', 'berth', name, '--wait=false']);
    const left = await eventually(
      'some have left, not all',
      () => {
        const now = crowd.spread().get(node) ?? 0;
        return now < there && now;
      },
      60_000,
    );
    // The kubelet would give it a second.
    process.kill(pid, 'SIGKILL');
    await deleting;
    const force = ['--grace-period=0', '--force', '--ignore-not-found'];
    await cluster.kubectl(['delete', 'pod', '-n', 'berth', name, ...force]);
    await cluster.settled('berth');
    await crowd.allOnline();
    return `${left} of ${there} were still on it`;
  });

  shake('a node is emptied while the API server is away', async () => {
    const pids = join(dirname(clusterBin), 'state/pids');
    const pid = Number(readFileSync(join(pids, 'apiserver'), 'utf8').split(' ')[0]);
    const [node] = [...watch.last!.nodes.keys()];
    await doors.order(node!, 'drain');
    const { failedPlans } = watch.last!;
    process.kill(pid, 'SIGSTOP');
    const begun = performance.now();
    let [emptySeconds, awaySeconds] = [0, 0];
    try {
      await eventually('nobody is on it', () => !crowd.spread().has(node!), 120_000);
      emptySeconds = (performance.now() - begun) / 1_000;
      // A round fails after the 5 s that a call may take, and the next one begins 2 s later, at two replicas: half a minute.
      await eventually('it is missed', () => watch.last!.failedPlans >= failedPlans + 10, 120_000);
      awaySeconds = (performance.now() - begun) / 1_000;
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually('it answers', () => cluster.kubectl(['get', 'nodes'], undefined, 5_000), 60_000);
    await doors.order(node!, 'none');
    // With the API server there again another one may have been asked for in the place of that.
    await eventually('there are five', () => watch.last?.scale === 5 && watch.last.nodes.size === 5, 300_000);
    return `the node was empty after ${emptySeconds.toFixed(0)} s of ${awaySeconds.toFixed(0)}`;
  });

  test('it shrinks from five to two by calm, though the leader is killed in the midst of it', async (t) => {
    const leavers = sessions - Math.floor(capacity * 0.75 * 0.9 * 2) + 10;
    crowd.noticed();
    const begun = performance.now();
    await doors.withPlatform((platform) => crowd.leave(platform, Math.ceil(leavers / 10) * 10));
    crowd.noticed();
    await eventually(
      'a node is emptied',
      async () => {
        const { nodes } = await doors.askStatus<FleetAnswer>('/v1/fleet');
        return nodes.some(({ state }) => state === 'draining' || state === 'cordoned');
      },
      120_000,
    );
    const leaseOf = async () => {
      const lease = await cluster.kubectl([
        'get',
        'lease',
        'berth-chat-planner',
        '-n',
        'berth',
        '-o',
        'json',
      ]);
      return (JSON.parse(lease) as { spec: { holderIdentity: string; leaseTransitions: number } }).spec;
    };
    const lease = await leaseOf();
    const leader = (await cluster.pods('berth', 'status')).find(({ metadata }) =>
      lease.holderIdentity.startsWith(`${metadata.name}_`),
    );
    assert.ok(leader, `${lease.holderIdentity} is a replica of status`);
    await cluster.kubectl([
      'delete',
      'pod',
      '-n',
      'berth',
      leader.metadata.name,
      '--grace-period=0',
      '--force',
    ]);
    await eventually('there are two', () => watch.last?.scale === 2, 600_000);
    await eventually('the others have ended', async () => (await chatPods()).length === 2, 120_000);
    const later = await leaseOf();
    assert.ok(later.leaseTransitions > lease.leaseTransitions, 'another one leads');
    const noticed = crowd.noticed();
    note(
      t,
      '5 → 2 by calm (18 s), the leader killed meanwhile',
      noticed,
      `${Math.round((performance.now() - begun) / 1_000)} s; p99 ${(noticed.p99Ms / steadyP99Ms).toFixed(1)} × steady; ${crowd.spread().size} nodes`,
    );
    assert.equal(noticed.abrupt, 0, 'closed by a node');
  });

  test('a node with everybody on it is emptied as fast as the others take them', async (t) => {
    // Room for all on one node, and three of them; the planner leaves the rest alone.
    await installation.install(
      'berth',
      withValues({
        ...{ 'chat.capacity': 2 * sessions, 'chat.scaling.min': 3, 'chat.scaling.max': 3 },
        ...{ 'chat.drainSeconds': 120, 'status.env.SCALER_REBALANCE': '"0"' },
      }),
      rolloutMinutes,
    );
    await cluster.settled('berth', 600);
    await eventually('there are three', () => watch.last?.nodes.size === 3, 120_000);
    const [full, ...others] = [...watch.last!.nodes.keys()];
    for (const node of others) await doors.order(node, 'drain');
    await doors.withPlatform((platform) => crowd.enter(platform, sessions - watch.last!.used));
    await eventually('everybody is on one', () => crowd.spread().size === 1, 300_000);
    for (const node of others) await doors.order(node, 'none');
    crowd.noticed();
    const moving = crowd.spread().get(full!)!;
    const begun = performance.now();
    await doors.order(full!, 'drain');
    await eventually('nobody is there', () => !crowd.spread().has(full!), 600_000);
    const seconds = (performance.now() - begun) / 1_000;
    const least = moving / (2 * nodeRate);
    note(
      t,
      `${moving} sessions leave one node for two`,
      crowd.noticed(),
      `${seconds.toFixed(0)} s, ${(seconds / least).toFixed(2)} × sessions ÷ the receivers' rate of ${2 * nodeRate}/s`,
    );
    await doors.order(full!, 'none');
  });

  test('nothing is lost, doubled or out of order', async (t) => {
    await doors.withPlatform(async (platform) => {
      const violations = await crowd.end(platform);
      t.diagnostic(`${crowd.devices.length} devices`);
      assert.deepEqual(violations, []);
    });
  });
});
