import type { Profile } from './profile.ts';

/** Small enough for the budgets of a platform as it comes: nine codes, of twenty an hour. */
export const smoke: Profile = {
  about: 'everything once, in half a minute: for CI and after a deployment',
  seconds: 15,
  accounts: { perMinute: 8 },
  direct: { pairs: 1, perSecond: 10 },
  groups: { groups: 1, members: 3, perSecond: 10 },
  storm: { pairs: 1, perSecond: 5, everySeconds: 5 },
  placement: { perSecond: 5 },
  uploads: { people: 1, perMinute: 20, bytes: 200_000 },
  // About faults and not about speed: a runner of CI is often busy with something else.
  thresholds: {
    berth_login_ms: ['p(95)<15000'],
    berth_ack_ms: ['p(99)<5000'],
    berth_delivery_ms: ['p(99)<5000'],
    berth_reconnect_ms: ['p(99)<15000'],
    berth_place_ms: ['p(99)<5000'],
    berth_upload_ms: ['p(95)<15000'],
    berth_download_ms: ['p(95)<15000'],
  },
};
