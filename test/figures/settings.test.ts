import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ClusterDoors } from '../deploy/cluster/doors.ts';
import { EngineProject, missingEngine } from '../deploy/cluster/engine.ts';
import { buildImages, retagImages } from '../deploy/cluster/installation.ts';
import { changesMade, partsOf, singleSettings } from '../deploy/cluster/single-settings.ts';
import { TestCluster } from '../deploy/cluster/test-cluster.ts';

/** `npm test -- test/figures/settings`: each of the single settings by a real `pulumi up`, and how long each takes. */
describe('single settings under the real engine', { skip: missingEngine }, () => {
  let cluster: TestCluster;
  let project: EngineProject;
  let doors: ClusterDoors;

  before(async () => {
    cluster = await TestCluster.up();
    const tag = await buildImages();
    await retagImages(tag, 'again');
    project = await EngineProject.create(cluster.kubeconfig, tag);
    doors = new ClusterDoors(cluster);
    const { code, output } = await project.up('--skip-preview');
    assert.equal(code, 0, output);
    await cluster.settled('berth');
  });
  after(async () => {
    await doors?.close();
    project?.close();
    await cluster?.down();
  });

  for (const setting of singleSettings)
    test(`${setting.name} alone changes ${setting.changes.join(', ') || 'nothing'}, and nothing is lost`, (t) =>
      doors.nothingIsLostWhile(
        async (load) => {
          const { objects, parts, seconds } = await changesMade(project, cluster, setting);
          t.diagnostic(`${Math.round(seconds)} s: ${parts.join(', ') || 'no pod'} replaced`);
          assert.deepEqual(objects, setting.changes);
          assert.deepEqual(parts, partsOf(setting.changes));
          if (!parts.includes('edge'))
            for (const { states, person } of load.devices)
              assert.ok(!states.some(({ kind }) => kind === 'offline'), `${person.name} was dropped`);
        },
        { pauseMs: 100 },
      ));
});
