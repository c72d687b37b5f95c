import process from 'node:process';
import { policyNames } from './policies.ts';
import { scenarios } from './scenarios.ts';
import { simulate } from './simulate.ts';

/**
 * `node apps/status/src/simulation/main.ts [seed]`: each scenario under Berth's rules and under what is commonly done
 * instead; the same seed (default 1) prints the same table.
 */
const seed = Number(process.argv[2] ?? 1);
if (!Number.isSafeInteger(seed)) {
  console.error('simulation: expected a seed, a whole number');
  process.exit(1);
}
const columns = ['spread', 'worst intake/s', 'refusals', 'lost', 'all in after'];
for (const scenario of scenarios) {
  const { nodes, capacity, initial, logins } = scenario;
  console.log(
    `\n${scenario.name}: ${nodes} nodes of ${capacity}, ${initial} on each, ${logins.perSecond} log-ins/s for ${logins.untilMs / 1_000} s`,
  );
  console.log(`  ${''.padEnd(16)}${columns.map((column) => column.padStart(16)).join('')}`);
  for (const policy of policyNames) {
    const { spread, worstIntake, refusals, lost, allInMs } = simulate(scenario, policy, seed);
    const after = allInMs === undefined ? 'never' : `${(allInMs / 1_000).toFixed(1)} s`;
    const cells = [spread, worstIntake, refusals, lost, after].map((cell) => String(cell).padStart(16));
    console.log(`  ${policy.padEnd(16)}${cells.join('')}`);
  }
}
