import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createStackConfig, recordStack } from '../../infra/test/record-stack.ts';
import { EngineProject, missingEngine } from './cluster/engine.ts';

interface Step {
  op: string;
  urn: string;
}

/** `type name` of a resource. */
const nameOf = (urn: string): string => {
  const [, , types, name] = urn.split('::');
  return `${types!.split('$').at(-1)} ${name}`;
};

/** Default providers are the engine's, and what is only read is not made. */
const isOurs = (name: string): boolean => !/^pulumi:(providers:\w+ default|pulumi:StackReference)/.test(name);

describe('the stack aws under the real engine, with a stand-in for the plugin of AWS', {
  skip: missingEngine,
}, () => {
  let project: EngineProject;
  before(async () => {
    const { config, secretKeys } = await createStackConfig('aws', undefined);
    project = await EngineProject.createAws(config, secretKeys);
  });
  after(() => project?.close());

  test('a preview from nothing plans every resource of the program, and no rule is broken', async (t) => {
    const args = ['preview', '--stack', 'aws', '--policy-pack', 'infra/policy', '--json'];
    const { code, output } = await project.run('pulumi', args);
    assert.equal(code, 0, output);
    const { steps } = JSON.parse(output.slice(output.indexOf('{'))) as { steps: Step[] };
    const { resources } = await recordStack('aws', { preview: true });
    const wanted = resources.filter(({ external }) => !external).map(({ urn }) => nameOf(urn));
    const planned = steps.filter(({ op }) => op === 'create').map(({ urn }) => nameOf(urn));
    t.diagnostic(`${planned.length} resources are planned`);
    assert.deepEqual(planned.filter(isOurs).sort(), wanted.filter(isOurs).sort());
    assert.deepEqual(
      steps.filter(({ op }) => op !== 'create' && op !== 'read').map(({ op, urn }) => `${op} ${urn}`),
      [],
    );
  });
});
