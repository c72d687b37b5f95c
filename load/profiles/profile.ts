import type { MetricName } from './metrics.ts';

/** By metric, what k6 judges a run by: expressions such as `p(99)<1000`. */
export type Thresholds = Partial<Record<MetricName, string[]>>;

/** How much of each scenario, for how long, and what makes a run pass. */
export interface Profile {
  /** For `--help`. */
  about: string;
  /** How long people write; coming in and looking through is extra. */
  seconds: number;
  /** Strangers who register through the mailbox, log in and connect. */
  accounts?: { perMinute: number };
  /** Pairs of friends; `perSecond` messages each. */
  direct?: { pairs: number; perSecond: number };
  /** Groups whose members write in turn; `perSecond` messages each. */
  groups?: { groups: number; members: number; perSecond: number };
  /** Pairs that write, are all cut at once on the multiples of `everySeconds`, and come back. */
  storm?: { pairs: number; perSecond: number; everySeconds: number };
  /** People of `direct` who send files of `bytes` bytes from one device to another, where the target takes files. */
  uploads?: { people: number; perMinute: number; bytes: number };
  /** Placements over gRPC, where the address of status is given. */
  placement?: { perSecond: number };
  /** Beside those that hold for every profile. */
  thresholds: Thresholds;
}

/** What holds in any run: nothing lost, doubled, out of order or refused. */
const always: Thresholds = {
  berth_lost: ['count==0'],
  berth_doubled: ['count==0'],
  berth_disordered: ['count==0'],
  berth_unanswered: ['count==0'],
  berth_errors: ['count==0'],
};

/** Conversations that a whole run looks through; fewer mean that some never came to their end. */
export const conversationsOf = ({ direct, groups, storm }: Profile): number =>
  (direct?.pairs ?? 0) + (groups?.groups ?? 0) + (storm?.pairs ?? 0);

/** Accounts that must be there before people write. */
export const peopleOf = ({ direct, groups, storm }: Profile): number =>
  2 * (direct?.pairs ?? 0) + (groups ? groups.groups * groups.members : 0) + 2 * (storm?.pairs ?? 0);

/** Virtual users for the strangers: enough for each to take half a minute where log-ins are slow. */
const accountUsers = ({ accounts }: Profile): number =>
  accounts ? Math.max(4, Math.ceil(accounts.perMinute / 2)) : 0;

/** Sockets that k6 holds at most: a person's WebSocket and HTTP connection, and some for k6 itself. */
export const descriptorsOf = (profile: Profile): number =>
  2 * peopleOf(profile) + 3 * accountUsers(profile) + 4 * (profile.uploads?.people ?? 0) + 100;

/** What of a profile runs, by what the target has. */
export interface Means {
  /** Whether status can be asked. */
  status: boolean;
  /** Whether files go anywhere. */
  files: boolean;
}

/** Those of the profile, without those of what does not run; `changed` ones take the place of a metric's. */
export function thresholdsOf(profile: Profile, { status, files }: Means, changed: Thresholds): Thresholds {
  const whole = conversationsOf(profile);
  const { berth_place_ms, berth_upload_ms, berth_download_ms, ...thresholds } = profile.thresholds;
  return {
    ...always,
    ...(whole > 0 && { berth_conversations: [`count>=${whole}`], berth_judged: ['count>0'] }),
    ...thresholds,
    ...(status && berth_place_ms && { berth_place_ms }),
    ...(files && profile.uploads && { berth_files: ['count>0'] }),
    ...(files && berth_upload_ms && { berth_upload_ms }),
    ...(files && berth_download_ms && { berth_download_ms }),
    ...changed,
  };
}

/** The `scenarios` of k6's options: each calls the function of its name in `load/scenarios/main.ts`. */
export function scenariosOf(profile: Profile, { status, files }: Means): Record<string, object> {
  const { seconds, accounts, direct, groups, storm, placement, uploads } = profile;
  const once = (name: string, users: number) => ({
    exec: name,
    executor: 'per-vu-iterations',
    vus: users,
    iterations: 1,
    // Coming in, befriending and looking through take their time with many.
    maxDuration: `${seconds + 120 + users}s`,
  });
  return {
    ...(accounts && {
      accounts: {
        exec: 'accounts',
        executor: 'constant-arrival-rate',
        rate: accounts.perMinute,
        timeUnit: '1m',
        duration: `${seconds}s`,
        preAllocatedVUs: accountUsers(profile),
      },
    }),
    ...(direct && { direct: once('direct', direct.pairs) }),
    ...(groups && { groups: once('groups', groups.groups) }),
    ...(storm && { storm: once('storm', storm.pairs) }),
    ...(uploads && files && { uploads: once('uploads', uploads.people) }),
    ...(placement &&
      status && {
        placement: {
          exec: 'placement',
          executor: 'constant-arrival-rate',
          rate: placement.perSecond,
          timeUnit: '1s',
          duration: `${seconds}s`,
          preAllocatedVUs: Math.max(2, Math.ceil(placement.perSecond / 20)),
        },
      }),
  };
}
