import { type Means, scenariosOf, type Thresholds, thresholdsOf } from '../profiles/profile.ts';
import { accountFlow } from './account-flow.ts';
import { register } from './accounts.ts';
import { direct as directScenario } from './direct.ts';
import { filesUrl } from './files-door.ts';
import { groups as groupsScenario } from './groups.ts';
import { noteError } from './metrics.ts';
import { place, statusAddress } from './placement.ts';
import { prepare } from './prepare.ts';
import { type Prepared, profile } from './run-plan.ts';
import { storm as stormScenario } from './storm.ts';
import { uploads as uploadsScenario } from './uploads.ts';

/** The entry that k6 runs, bundled; `npm run load` says by BERTH_* what to run and where. */
const means: Means = { status: statusAddress !== undefined, files: filesUrl !== undefined };
const changed: Thresholds = JSON.parse(__ENV.BERTH_THRESHOLDS || '{}');

export const options = {
  scenarios: scenariosOf(profile, means),
  thresholds: thresholdsOf(profile, means, changed),
  setupTimeout: '30m',
  summaryTrendStats: ['min', 'avg', 'med', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)', 'max'],
};

export const setup = (): Promise<Prepared> => prepare(profile, register);

/** A scenario that fails is an error of the run, not only a line of its log. */
const guarded =
  (name: string, scenario: (prepared: Prepared) => Promise<void> | void) =>
  async (prepared: Prepared): Promise<void> => {
    try {
      await scenario(prepared);
    } catch (error) {
      noteError(name, error);
    }
  };

export const accounts = guarded('account flow', accountFlow);
export const direct = guarded('direct', directScenario);
export const groups = guarded('groups', groupsScenario);
export const storm = guarded('storm', stormScenario);
export const placement = guarded('placement', place);
export const uploads = guarded('uploads', uploadsScenario);

/** k6's summary as JSON, and, where asked for, the people; their passwords stay out of the former. */
export function handleSummary({
  setup_data: prepared,
  ...summary
}: {
  setup_data?: Prepared;
}): Record<string, string> {
  const people = prepared && [...prepared.direct, ...prepared.groups, ...prepared.storm];
  return {
    [__ENV.BERTH_SUMMARY || 'stdout']: JSON.stringify(summary, null, 2),
    ...(__ENV.BERTH_SAVE_ACCOUNTS &&
      people && {
        [__ENV.BERTH_SAVE_ACCOUNTS]: JSON.stringify({ target: __ENV.BERTH_URL, people }, null, 2),
      }),
  };
}
