import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PolicyName, policyNames } from './policies.ts';
import { scenarios } from './scenarios.ts';
import { type Outcome, type Scenario, simulate } from './simulate.ts';

// The admission rate in the simulation is 150/s; with its burst and one that was on its way.
const mostPerSecond = 150 + 15 + 1;
const baselines = policyNames.filter((name) => name !== 'berth');

const outcomes = new Map<string, Outcome>();
/** Each is run once. */
function outcomeOf(scenario: Scenario, policy: PolicyName): Outcome {
  const key = `${scenario.name} ${policy}`;
  const outcome = outcomes.get(key) ?? simulate(scenario, policy, 1);
  outcomes.set(key, outcome);
  return outcome;
}

for (const scenario of scenarios) {
  test(`${scenario.name}: the fleet is more even than by any baseline`, () => {
    const { spread } = outcomeOf(scenario, 'berth');
    for (const name of baselines) assert.ok(spread < outcomeOf(scenario, name).spread, name);
    assert.ok(spread <= 2, `spread ${spread}`);
  });

  test(`${scenario.name}: no node takes more in a second than it is given`, () => {
    const { worstIntake } = outcomeOf(scenario, 'berth');
    assert.ok(worstIntake <= mostPerSecond, `${worstIntake} in a second`);
    assert.ok(worstIntake < outcomeOf(scenario, 'least-reported').worstIntake / 4);
  });

  test(`${scenario.name}: everyone gets in, nobody refused while there is room`, () => {
    const { allInMs, refusals } = outcomeOf(scenario, 'berth');
    assert.notEqual(allInMs, undefined);
    assert.equal(refusals, 0);
  });
}

test('a wedged node gets few more log-ins: fewer are lost to it than by any baseline', () => {
  const wedged = scenarios.find((scenario) => scenario.wedgedAtMs !== undefined)!;
  const { lost } = outcomeOf(wedged, 'berth');
  for (const name of baselines) assert.ok(lost < outcomeOf(wedged, name).lost / 2, name);
});

test('more log-ins than all nodes may take are refused and come again, none of them lost', () => {
  const flood = { ...scenarios[0]!, nodes: 4, logins: { perSecond: 2_000, fromMs: 0, untilMs: 2_000 } };
  const outcome = simulate({ ...flood, endMs: 20_000 }, 'berth', 1);
  assert.ok(outcome.refusals > 0);
  assert.ok(outcome.worstIntake <= mostPerSecond);
  assert.notEqual(outcome.allInMs, undefined);
});

test('the same seed gives the same outcome', () => {
  const short = { ...scenarios[0]!, logins: { perSecond: 1_000, fromMs: 0, untilMs: 2_000 } };
  assert.deepEqual(simulate(short, 'berth', 3), simulate(short, 'berth', 3));
});
