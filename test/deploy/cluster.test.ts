import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { startLoad } from '../faults/load.ts';
import {
  closeAll,
  connectDevice,
  befriend as makeFriends,
  nodeOf,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import { befriend, oldConnect, registerOldUser } from '../llfcchat/old-user.ts';
import { filesAreBackedUp } from './cluster/back-up.ts';
import { missingBucket } from './cluster/bucket.ts';
import { ClusterDoors } from './cluster/doors.ts';
import { filesOutliveAReplica } from './cluster/files.ts';
import { buildImages, Installation, ports, retagImages } from './cluster/installation.ts';
import { kedaKinds } from './cluster/keda-kinds.ts';
import { TestCluster } from './cluster/test-cluster.ts';
import { Witness } from './cluster/witness.ts';
import { clusterTools } from './cluster-tools.ts';

const root = resolve(import.meta.dirname, '../..');
const guide = readFileSync(resolve(root, 'docs/deploy.md'), 'utf8');
const run = randomBytes(4).toString('hex');
const berth = 'berth';
const stores = 'berth-stores';

describe('on a real cluster', { skip: clusterTools === undefined && 'there are no cluster tools' }, () => {
  let cluster: TestCluster;
  let installation: Installation;
  let tag: string;
  let doors: ClusterDoors;

  before(async () => {
    cluster = await TestCluster.up();
    doors = new ClusterDoors(cluster);
    tag = await buildImages();
    installation = await Installation.record(cluster, tag);
  });
  after(async () => {
    await doors?.close();
    await installation?.close();
    await cluster?.down();
  });

  const chatPods = async (count: number): Promise<boolean> =>
    (await cluster.pods(berth, 'chat')).length === count;

  const uidsOf = async (): Promise<Map<string, string[]>> => {
    const uids = new Map<string, string[]>();
    for (const { metadata } of await cluster.pods(berth)) {
      const component = metadata.labels!['app.kubernetes.io/component']!;
      uids.set(component, [...(uids.get(component) ?? []), metadata.uid].sort());
    }
    return uids;
  };

  test('the stack is installed from nothing and everything is ready within three minutes', async () => {
    await installation.applyObjects();
    const begun = performance.now();
    await installation.install('stores');
    await installation.install('berth');
    await eventually('status has scaled chat to its least number', () => chatPods(2), 120_000);
    await cluster.settled(berth);
    const seconds = (performance.now() - begun) / 1_000;
    assert.ok(seconds < 180, `ready after ${seconds} s`);
    for (const namespace of [berth, stores]) {
      const printed = await cluster.kubectl(['get', 'namespace', namespace, '-o', 'json']);
      assert.equal(JSON.parse(printed).metadata.labels['pod-security.kubernetes.io/enforce'], 'restricted');
    }
    const restarts = (await cluster.pods(berth)).flatMap(({ metadata, status }) =>
      status.containerStatuses
        .filter(({ restartCount }: { restartCount: number }) => restartCount > 0)
        .map(() => metadata.name),
    );
    assert.deepEqual(restarts, []);
  });

  test('a second install changes nothing', async () => {
    const before = await uidsOf();
    await installation.install('berth');
    const later = await uidsOf();
    // Each revision has a migration of its own, so that one that has failed is followed by another.
    assert.notDeepEqual(later.get('migrate'), before.get('migrate'));
    for (const uids of [before, later]) uids.delete('migrate');
    assert.deepEqual(later, before);
  });

  const dryRun = async (values: string, more: string[]): Promise<string> => {
    const rendered = await cluster.helm([
      ...['template', 'dry', 'charts/berth', '--namespace', berth, '--values', values, ...more],
      // Node ports that are taken are left out; and the cluster has one family only.
      ...['httpNodePort', 'tcpNodePort', 'filesNodePort'].flatMap((port) => [
        ...['--set', `edge.service.${port}=0`],
      ]),
      ...['--set-json', 'ipFamilies=[]'],
    ]);
    const args = ['apply', '--dry-run=server', '--validate=strict', '--namespace', berth, '-f', '-'];
    return cluster.kubectl(args, rendered);
  };
  // Kinds that only an operator brings.
  const withoutOperator = ['serviceMonitor', 'rules'].flatMap((part) => [
    ...['--set', `monitoring.${part}.enabled=false`],
  ]);

  test('the API server takes every manifest of every combination, word for word', async () => {
    for (const values of globSync('charts/berth/ci/*-values.yaml', { cwd: root })) {
      const printed = await dryRun(values, withoutOperator);
      assert.match(printed, /deployment.apps\/dry-chat created \(server dry run\)/, basename(values));
    }
  });

  test('it takes what a HorizontalPodAutoscaler or KEDA scales chat by', async (t) => {
    const scaled = ['--set', 'chat.scaling.enabled=true', ...withoutOperator];
    const values = 'charts/berth/ci/minimal-values.yaml';
    const by = (mode: string, ...more: string[]) =>
      dryRun(values, [...scaled, '--set', `chat.scaling.mode=${mode}`, ...more]);
    assert.match(await by('hpa'), /horizontalpodautoscaler.autoscaling\/dry-chat created/);
    const kinds = kedaKinds();
    if (kinds === undefined) return t.diagnostic('KEDA: Go cannot fetch what its kinds look like');
    await cluster.kubectl(['create', '-f', kinds]);
    try {
      await cluster.kubectl(['wait', '--for=condition=Established', '-f', kinds, '--timeout=30s']);
      const url = ['--set', 'chat.scaling.prometheusUrl=http://prometheus:9090'];
      assert.match(await by('keda', ...url), /scaledobject.keda.sh\/dry-chat created/);
    } finally {
      await cluster.kubectl(['delete', '-f', kinds]);
    }
  });

  test('the web client is served and what operators see is not', async () => {
    const page = await fetch(`${doors.gateUrl}/`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type')!, /text\/html/);
    for (const path of ['/metrics', '/readyz', '/n/10-9-8-7'])
      assert.equal((await fetch(`${doors.gateUrl}${path}`)).status, 404, path);
  });

  test('helm test: one logs in, is placed, connects, and is heard', async () => {
    const printed = await cluster.helm(['test', 'berth', '--namespace', berth, '--timeout', '3m']);
    assert.match(printed, /TEST SUITE:\s+berth-probe.*Phase:\s+Succeeded/s);
  });

  test('two people on two pods talk through the edge, and the checker finds nothing amiss', () =>
    doors.withPlatform(async (platform) => {
      const people = await seedPeople(platform, 2);
      const devices = [await connectDevice(platform, people[0]!), await connectDevice(platform, people[1]!)];
      assert.notEqual(nodeOf(devices[0]!), nodeOf(devices[1]!));
      const conversation = await makeFriends(devices[0]!, devices[1]!);
      for (let index = 0; index < 20; index++) await devices[index % 2]!.say(conversation, `text ${index}`);
      await settle(platform, devices, [conversation]);
      assert.deepEqual(await verdict(platform, devices, [conversation]), []);
      await closeAll(devices);
    }));

  test('two Qt clients register by mail, become friends and talk through the edge', () =>
    doors.withPlatform(async (platform) => {
      const ann = await registerOldUser(platform, `ann${run}`);
      const bob = await registerOldUser(platform, `bob${run}`);
      const [first, second] = [await oldConnect(platform, ann), await oldConnect(platform, bob)];
      assert.equal(first.port, ports.tcp);
      const [annClient, bobClient] = [first.client, second.client];
      const thread = await befriend({ ann, bob, annClient, bobClient });
      const texts = [{ content: 'ahoy', unique_id: '1' }];
      const text = { fromuid: ann.uid, touid: bob.uid, thread_id: thread, text_array: texts };
      assert.equal((await annClient.ask(1017, text)).error, 0);
      const heard = await bobClient.next(1019, (body) => JSON.stringify(body).includes('ahoy'));
      assert.equal(heard.body.fromuid, ann.uid);
      await Promise.all([annClient.close(), bobClient.close()]);
    }));

  test('a back-up is taken and put back as docs/deploy.md says', () =>
    doors.withPlatform(async (platform) => {
      const { db } = platform;
      const [take, putBack] = [...guide.matchAll(/exec.* stores-mysql-0 -- sh -c '(.+)' [<>] berth\.sql/g)];
      const inMysql = (script: string, input?: string) =>
        cluster.kubectl(['exec', '--stdin', '-n', stores, 'stores-mysql-0', '--', 'sh', '-c', script], input);
      const backUp = await inMysql(take![1]!);
      const names = () => db.rows<{ name: string }>('SELECT name FROM users ORDER BY id');
      const before = await names();
      assert.ok(before.length > 1);
      await db.run('UPDATE users SET name = ?', ['lost']);
      await inMysql(putBack![1]!, backUp);
      assert.deepEqual(await names(), before);
      await filesAreBackedUp(cluster, platform, guide);
    }));

  test('who is not named may not talk to anyone: a stranger in the namespace reaches no service', async () => {
    const [chat] = await cluster.pods(berth, 'chat');
    const targets = [
      `${chat!.status.podIP}:8090`,
      `${chat!.status.podIP}:50055`,
      'berth-gate.berth.svc.cluster.local:8080',
    ];
    const script = `
      const { connect } = require('node:net');
      Promise.all(${JSON.stringify(targets)}.map((target) => new Promise((resolve) => {
        const [host, port] = target.split(':');
        const socket = connect({ host, port: Number(port), timeout: 3000 });
        socket.once('connect', () => resolve(target)).once('error', () => resolve()).once('timeout', () => resolve());
      }))).then((reached) => { console.log('reached', JSON.stringify(reached.filter(Boolean))); process.exit(0); });`;
    const pod = (name: string, labels: Record<string, string>) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels } },
      spec: {
        restartPolicy: 'Never',
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            ...{ name: 'stranger', image: `berth/probe:${tag}`, command: ['node', '-e', script] },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    });
    const reachedBy = async (name: string, labels: Record<string, string>): Promise<string> => {
      await cluster.kubectl(['apply', '-n', berth, '-f', '-'], JSON.stringify(pod(name, labels)));
      await cluster.kubectl([
        'wait',
        '-n',
        berth,
        `pod/${name}`,
        '--for=jsonpath={.status.phase}=Succeeded',
        '--timeout=60s',
      ]);
      const logs = await cluster.kubectl(['logs', '-n', berth, name]);
      await cluster.kubectl(['delete', 'pod', '-n', berth, name, '--now']);
      return logs;
    };
    assert.match(await reachedBy('stranger', {}), /reached \[\]/);
    // The edge, on the other hand, is let through, where it has business: so it is the policy that stops the stranger.
    const edge = Object.fromEntries(
      ['name', 'instance'].map((part) => [`app.kubernetes.io/${part}`, 'berth']),
    );
    const reached = await reachedBy('edge-like', { ...edge, 'app.kubernetes.io/component': 'edge' });
    assert.match(reached, new RegExp(`${targets[0]}.*berth-gate`));
    assert.doesNotMatch(reached, /50055/);
  });

  test('a chat pod is killed: its people go on elsewhere and nothing is lost', async () => {
    await doors.nothingIsLostWhile(async (load) => {
      const victim = nodeOf(load.devices[0]!);
      const pods = await cluster.pods(berth, 'chat');
      const pod = pods.find(({ status }) => status.podIP.replaceAll('.', '-') === victim)!;
      await cluster.kubectl(['delete', 'pod', '-n', berth, pod.metadata.name, '--grace-period=0', '--force']);
      await eventually(
        'everyone is elsewhere',
        () => load.devices.every((device) => !['none', victim].includes(nodeOf(device))),
        60_000,
      );
    });
    await cluster.settled(berth);
  });

  // DNS names a pod for half a minute after it has gone, here as in many clusters.
  const replacements: [what: string, begin: () => Promise<unknown>][] = [
    [
      'all services go to another release',
      async () => {
        await retagImages(tag, 'another');
        await installation.install('berth', ['--set', 'image.tag=another']);
      },
    ],
    [
      'helm rollback takes it back',
      () => cluster.helm(['rollback', 'berth', '--namespace', berth, '--wait', '--timeout', '5m']),
    ],
    [
      'edge is rolled out anew',
      () => cluster.kubectl(['rollout', 'restart', '-n', berth, 'deployment/berth-edge']),
    ],
  ];
  for (const [what, begin] of replacements) {
    test(`${what}: every log-in succeeds, nobody is away for 5 s, nothing is lost`, async () => {
      const people = await doors.withPlatform((platform) => seedPeople(platform, 60, 'w'));
      await doors.nothingIsLostWhile(async (load) => {
        const former = new Set((await cluster.pods(berth)).map(({ metadata }) => metadata.uid));
        const witness = new Witness(doors.gateUrl, people, load.devices);
        await begin();
        await cluster.settled(berth, 240);
        await eventually(
          'those that were replaced have ended',
          async () => {
            const pods = await cluster.list(berth, 'pods', 'app.kubernetes.io/instance=berth');
            return !pods.some(({ metadata }) => former.has(metadata.uid) && metadata.deletionTimestamp);
          },
          120_000,
        );
        await load.more(50);
        const { logIns, failures, longestOfflineMs } = await witness.stop();
        assert.deepEqual(failures, [], `${logIns} log-ins`);
        assert.ok(longestOfflineMs < 5_000, `somebody was offline for ${longestOfflineMs} ms`);
      });
    });
  }

  test('an edge pod goes: those who came through it come back through the other', async () => {
    await doors.nothingIsLostWhile(async () => {
      const [pod] = await cluster.pods(berth, 'edge');
      await cluster.kubectl(['delete', 'pod', '-n', berth, pod!.metadata.name, '--wait=false']);
      await cluster.settled(berth);
    });
  });

  test('the MySQL pod is killed: what was acknowledged is there, and what was not is sent again', async () => {
    await doors.nothingIsLostWhile(async () => {
      await cluster.kubectl(['delete', 'pod', '-n', stores, 'stores-mysql-0', '--grace-period=0', '--force']);
      await cluster.settled(stores);
    });
    await cluster.settled(berth);
  });

  test('the Redis pod is killed: routes and placements come back and nothing is lost', async () => {
    await doors.nothingIsLostWhile(async () => {
      await cluster.kubectl(['delete', 'pod', '-n', stores, 'stores-redis-0', '--grace-period=0', '--force']);
      await cluster.settled(stores);
    });
    await cluster.settled(berth);
  });

  test('replicas of files share a bucket: one goes on for another', { skip: missingBucket }, () =>
    filesOutliveAReplica(cluster, installation, doors),
  );

  test('status scales chat out when there is too little room, and an upgrade leaves its number alone', async () => {
    await doors.withPlatform(async (platform) => {
      // 20 people, a quarter of the places kept free, 12 places in a pod: three pods.
      const load = await startLoad(platform, 20);
      await installation.install('berth', ['--set', 'chat.capacity=12']);
      await eventually('there are three chat pods', () => chatPods(3), 120_000);
      const lease = ['get', 'lease', 'berth-chat-planner', '-n', berth];
      const holder = await cluster.kubectl([...lease, '-o', 'jsonpath={.spec.holderIdentity}']);
      const replicas = (await cluster.pods(berth, 'status')).map(({ metadata }) => metadata.name);
      assert.ok(
        replicas.some((name) => holder.startsWith(`${name}_`)),
        `${holder} is none of ${replicas}`,
      );
      await cluster.settled(berth, 240);
      await installation.install('berth', [
        '--set',
        'chat.capacity=12',
        '--set',
        'smtp.from=Quay <quay@example.org>',
      ]);
      assert.ok(await chatPods(3));
      await load.stop();
      await settle(platform, load.devices, load.conversations, 90_000);
      assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
      await load.close();
    });
  });

  test('it runs as whatever user the platform gives its pods', async () => {
    const sets = ['assignedIds=true', 'pod.runAsUser=1000700000', 'pod.fsGroup=1000700000'];
    await installation.install(
      'berth',
      sets.flatMap((set) => ['--set', `podSecurity.${set}`]),
    );
    await cluster.settled(berth, 240);
    const printed = await cluster.helm(['test', 'berth', '--namespace', berth, '--timeout', '3m']);
    assert.match(printed, /Phase:\s+Succeeded/);
  });

  test('uninstalled, it leaves nothing but its volumes', async () => {
    await installation.uninstall('berth');
    await installation.uninstall('stores');
    const kinds = (await cluster.kubectl(['api-resources', '--verbs=list', '--namespaced', '-o', 'name']))
      .trim()
      .split('\n');
    const listed = kinds
      .filter((kind) => !/^(events|leases|bindings|endpoints$|podmetrics)/.test(kind))
      .join();
    for (const namespace of [berth, stores]) {
      await eventually(
        `nothing is left in ${namespace}`,
        async () => {
          const left = (await cluster.list(namespace, listed))
            .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
            .filter((name) => !givenByOthers.test(name));
          const volumes =
            namespace === stores ? ['data-stores-mysql-0', 'data-stores-redis-0'] : ['berth-files'];
          const expected = volumes.map((volume) => `PersistentVolumeClaim ${volume}`);
          if (left.sort().join() !== expected.join()) throw new Error(left.join(', '));
          return true;
        },
        60_000,
      );
    }
  });
});

/** What Kubernetes puts into every namespace, and the Secrets that the stack made before the releases. */
const givenByOthers = /^(ConfigMap kube-root-ca\.crt|ServiceAccount default|Secret (berth|stores)-[a-z-]+)$/;
