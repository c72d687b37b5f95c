import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { ClusterDoors } from './cluster/doors.ts';
import { EngineProject, missingEngine } from './cluster/engine.ts';
import { buildImages, retagImages } from './cluster/installation.ts';
import { fragmentsOf, tracesIn } from './cluster/secret-traces.ts';
import { changesMade, changesPlanned, partsOf, singleSettings } from './cluster/single-settings.ts';
import { TestCluster } from './cluster/test-cluster.ts';

const berth = 'berth';
const stores = 'berth-stores';

describe('the stack under the real engine', { skip: missingEngine }, () => {
  let cluster: TestCluster;
  let project: EngineProject;
  let tag: string;
  let doors: ClusterDoors;
  let outside: Set<string>;

  before(async () => {
    cluster = await TestCluster.up();
    outside = new Set(await outsideNamespaces(cluster));
    tag = await buildImages();
    await retagImages(tag, 'again');
    project = await EngineProject.create(cluster.kubeconfig, tag);
    doors = new ClusterDoors(cluster);
  });
  after(async () => {
    await doors?.close();
    project?.close();
    await cluster?.down();
  });

  const imagesOf = async (): Promise<string[]> =>
    (await cluster.list(berth, 'deployments'))
      .filter(({ metadata }) => metadata.name !== 'berth-edge')
      .map(({ spec }) => spec.template.spec.containers[0].image.split(':').at(-1));
  /** Of Berth's newest revision, as Helm keeps it. */
  const stateOf = async (): Promise<string | undefined> => {
    const revisions = (await cluster.list(berth, 'secrets', 'owner=helm,name=berth')).map(
      ({ metadata: { labels = {} } }) => ({ number: Number(labels.version), state: labels.status }),
    );
    return revisions.sort((one, other) => one.number - other.number).at(-1)?.state;
  };
  const works = async (): Promise<void> => {
    for (const namespace of [stores, berth]) await cluster.settled(namespace);
    const printed = await cluster
      .helm(['test', 'berth', '--namespace', berth, '--timeout', '3m'])
      .catch(async (error: Error) => {
        const said = await cluster.kubectl(['logs', '-n', berth, 'berth-probe']).catch(String);
        throw new Error(`${said}\n${error.message}`);
      });
    assert.match(printed, /Phase:\s+Succeeded/);
  };

  test('it comes up from nothing, works, and a second time changes nothing', async (t) => {
    const begun = performance.now();
    const first = await project.up('--policy-pack', 'infra/policy');
    t.diagnostic(`the first up took ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /waiting for .*mysql \((preparing|starting|being created)\)/);
    assert.match(first.output, /waiting for .*chat \(/);
    await works();
    const second = await project.up('--skip-preview', '--policy-pack', 'infra/policy');
    assert.equal(second.code, 0, second.output);
    assert.match(second.output, /Resources:\n\s+\d+ unchanged/, second.output);
  });

  test('no secret stands in the state, in what was said, nor in what Helm keeps', async () => {
    const fragments = fragmentsOf(await project.config());
    assert.deepEqual(
      [...fragments.values()].filter((words) => words.length === 0),
      [],
    );
    const kept = project.keptState();
    assert.deepEqual(tracesIn(kept, fragments), []);
    // Who may see them sees them, so that it is not for want of looking.
    const shown = await project.must('pulumi', ['stack', 'export', '--stack', 'kind', '--show-secrets']);
    assert.deepEqual(
      [...fragments.keys()].filter((name) => !tracesIn(shown, fragments).includes(name)),
      // Nothing but hashes is made of them, or nothing at all.
      ['berth:checksumKey', 'berth:serviceAuthorityKey'],
    );
    for (const release of ['berth', 'stores']) {
      const namespace = release === 'berth' ? berth : stores;
      const all = await cluster.helm(['get', 'all', release, '--namespace', namespace]);
      assert.deepEqual(tracesIn(all, fragments), []);
    }
  });

  test('a refresh finds nothing, until somebody has changed something', async () => {
    const refresh = () =>
      project.run('pulumi', ['refresh', '--stack', 'kind', '--yes', '--skip-preview', '--expect-no-changes']);
    const clean = await refresh();
    assert.equal(clean.code, 0, clean.output);
    assert.match(clean.output, /Resources:\n\s+\d+ unchanged/);
    await cluster.kubectl([
      'label',
      'namespace',
      berth,
      'pod-security.kubernetes.io/warn=baseline',
      '--overwrite',
    ]);
    const drifted = await refresh();
    assert.notEqual(drifted.code, 0);
    assert.match(drifted.output, /kubernetes:core\/v1:Namespace +berth +updated/);
    const { code, output } = await project.up('--skip-preview');
    assert.equal(code, 0, output);
    assert.match(output, /Resources:\n\s+~ 1 updated/);
  });

  test('each setting that is changed alone changes only what it should, and people do not notice', async (t) => {
    for (const setting of singleSettings.filter(({ isTried }) => !isTried)) {
      assert.deepEqual(await changesPlanned(project, cluster, setting), setting.changes, setting.name);
      await project.setBack(setting.name);
    }
    await doors.nothingIsLostWhile(
      async (load) => {
        for (const setting of singleSettings.filter(({ isTried }) => isTried)) {
          const { objects, parts, seconds } = await changesMade(project, cluster, setting);
          assert.deepEqual(objects, setting.changes, setting.name);
          assert.deepEqual(parts, partsOf(setting.changes), setting.name);
          t.diagnostic(`${setting.name}: ${Math.round(seconds)} s`);
          await load.more(50);
        }
        for (const name of ['timeoutSeconds', 'mailNodePort']) await project.setBack(name);
        for (const { states, person } of load.devices)
          assert.ok(!states.some(({ kind }) => kind === 'offline'), `${person.name} was dropped`);
      },
      { pauseMs: 100 },
    );
  });

  test('what was killed midway is told by name, and npm run up mends it', async () => {
    await project.set({ logLevel: 'warn' });
    await project.killUp(async () => (await stateOf()) === 'pending-upgrade');
    assert.equal(await stateOf(), 'pending-upgrade');

    const locked = await project.run('node', ['infra/commands/up.ts', 'kind']);
    assert.equal(locked.code, 1);
    assert.match(locked.output, /up: .*locked by 1 lock.*: when no other run is going on, pulumi cancel/);
    assert.equal(await stateOf(), 'pending-upgrade');
    await project.must('pulumi', ['cancel', '--stack', 'kind', '--yes']);

    // The engine's own advice, after which it takes what was wanted for what is there.
    await project.must('pulumi', ['refresh', '--stack', 'kind', '--yes']);
    const plain = await project.run('pulumi', ['preview', '--stack', 'kind']);
    assert.notEqual(plain.code, 0);
    assert.match(
      plain.output,
      /release berth in the namespace berth is pending-upgrade: .*helm rollback berth/,
    );

    const mended = await project.run('node', ['infra/commands/up.ts', 'kind']);
    assert.equal(mended.code, 0, mended.output);
    assert.equal(await stateOf(), 'deployed');
    const tag = (await project.must('pulumi', ['config', 'get', 'berth:imageTag', '--stack', 'kind'])).trim();
    assert.deepEqual([...new Set(await imagesOf())], [tag]);
    await works();
  });

  test('one that is interrupted puts in order what it has begun, and the next one goes on from there', async () => {
    const { uid } = (await cluster.pods(berth, 'gate'))[0]!.metadata;
    await project.setBack('mailFrom');
    const { code, output } = await project.interrupt(
      'node',
      ['infra/commands/up.ts', 'kind'],
      async () => (await stateOf()) === 'pending-upgrade',
    );
    assert.equal(code, 1, output);
    assert.match(output, /up: pulumi up was interrupted: /);
    assert.notEqual(await stateOf(), 'pending-upgrade');
    const next = await project.run('node', ['infra/commands/up.ts', 'kind']);
    assert.equal(next.code, 0, next.output);
    assert.equal(await stateOf(), 'deployed');
    await cluster.settled(berth);
    const [verify] = await cluster.list(berth, 'deployments', 'app.kubernetes.io/component=verify');
    const { env } = verify!.spec.template.spec.containers[0];
    assert.match(JSON.stringify(env), /"Berth <no-reply@localhost>"/);
    assert.ok((await cluster.pods(berth, 'gate')).some(({ metadata }) => metadata.uid === uid));
  });

  test('renewed passwords reach the stores and all who use them, and imageTag goes back', async () => {
    await project.setBack('imageTag');
    for (const name of ['redisPassword', 'mysqlPassword', 'mysqlRootPassword'])
      await project.must(
        'pulumi',
        ['config', 'set', '--stack', 'kind', '--secret', `berth:${name}`],
        randomBytes(20).toString('hex'),
      );
    const { code, output } = await project.up('--skip-preview');
    assert.equal(code, 0, output);
    assert.deepEqual([...new Set(await imagesOf())], [tag]);
    await works();
    // The guide's way in, with the new password of root.
    await cluster.kubectl([
      ...['exec', '-n', stores, 'stores-mysql-0', '-c', 'mysql', '--', 'sh', '-c'],
      'exec mysql -uroot -p"$(cat /run/secrets/mysql/root-password)" -e "SELECT 1"',
    ]);
  });

  test('what others have changed is put back', async () => {
    await cluster.kubectl(['delete', '-n', berth, 'deployment/berth-verify']);
    const secret = async () =>
      JSON.parse(await cluster.kubectl(['get', 'secret', '-n', berth, 'berth-tickets', '-o', 'json'])).data
        .secret;
    const before = await secret();
    const wrong = JSON.stringify({ data: { secret: Buffer.alloc(40, 'x').toString('base64') } });
    await cluster.kubectl([
      ...['patch', 'secret', '-n', berth, 'berth-tickets', '--field-manager=kubectl-edit', '-p', wrong],
    ]);
    await project.set({ reapply: 'once-more' });
    const { code, output } = await project.up('--refresh', '--skip-preview');
    assert.equal(code, 0, output);
    assert.equal(await secret(), before);
    await cluster.settled(berth);
    await works();
  });

  test('a release that does not come up says why within two minutes, and what was there serves on', async (t) => {
    const before = (await cluster.pods(berth, 'edge')).map(({ metadata }) => metadata.uid).sort();
    await project.set({ edgeImage: 'docker.io/library/haproxy:0.0', timeoutSeconds: '60' });
    await doors.nothingIsLostWhile(
      async (load) => {
        const { code, output, secondsUntil } = await project.up('--skip-preview');
        assert.notEqual(code, 0);
        const said = secondsUntil(
          /warning: pod berth-edge-\S+: container haproxy of \S+haproxy:0\.0: (ErrImagePull|ImagePullBackOff)/,
        );
        assert.ok(said !== undefined && said < 120, `${said} s: ${output}`);
        t.diagnostic(`it was said after ${said.toFixed(1)} s`);
        for (const { states, person } of load.devices)
          assert.ok(!states.some(({ kind }) => kind === 'offline'), `${person.name} was dropped`);
      },
      { pauseMs: 100 },
    );
    assert.equal(await stateOf(), 'deployed');
    await cluster.settled(berth);
    assert.deepEqual((await cluster.pods(berth, 'edge')).map(({ metadata }) => metadata.uid).sort(), before);
  });

  test('images that no node has are told by name, before the release begins', async (t) => {
    const { items } = JSON.parse(await cluster.kubectl(['get', 'nodes', '-o', 'json']));
    if (items[0].status.images.length >= 50) return t.skip('the node has more images than it tells of (50)');
    const revision = (await cluster.list(berth, 'secrets', 'owner=helm,name=berth')).length;
    await project.must('pulumi', ['config', 'rm', '--stack', 'kind', 'berth:edgeImage']);
    await project.set({ imageTag: 'nowhere' });
    const { code, output } = await project.up('--skip-preview');
    assert.notEqual(code, 0);
    assert.match(output, /no node has berth\/gate:nowhere, .*: npm run images -- --tag nowhere --load kind/);
    assert.match(output, /no node tells of berth\/gate:nowhere: waiting 45 s/);
    assert.equal((await cluster.list(berth, 'secrets', 'owner=helm,name=berth')).length, revision);
  });

  test('destroyed, it leaves nothing, on the cluster or in the state', async () => {
    const { code, output } = await project.run('pulumi', [
      'destroy',
      '--stack',
      'kind',
      '--yes',
      '--skip-preview',
    ]);
    assert.equal(code, 0, output);
    await eventually(
      'what was made is gone, and the volumes that it claimed',
      async () => {
        const left = (await outsideNamespaces(cluster)).filter((name) => !outside.has(name));
        if (left.length > 0) throw new Error(left.join(', '));
        return true;
      },
      120_000,
    );
    const state = await project.must('pulumi', ['stack', 'export', '--stack', 'kind']);
    const { resources = [] } = (JSON.parse(state) as { deployment: { resources?: { type: string }[] } })
      .deployment;
    assert.deepEqual(
      resources.map(({ type }) => type).filter((type) => type !== 'pulumi:pulumi:Stack'),
      [],
    );
  });
});

/** Namespaces, volumes, roles and all else that is in no namespace, by kind and name. */
async function outsideNamespaces(cluster: TestCluster): Promise<string[]> {
  const kinds = (await cluster.kubectl(['api-resources', '--verbs=list', '--namespaced=false', '-o', 'name']))
    .trim()
    .split('\n')
    .filter((kind) => !/^componentstatuses$/.test(kind));
  const printed = await cluster.kubectl(['get', kinds.join(), '-o', 'name']);
  return printed.trim().split('\n');
}
