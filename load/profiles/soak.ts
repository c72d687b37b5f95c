import type { Profile } from './profile.ts';

export const soak: Profile = {
  about: 'moderate traffic for four hours, with a cut every ten minutes: does anything grow?',
  seconds: 4 * 3_600,
  accounts: { perMinute: 4 },
  direct: { pairs: 50, perSecond: 1 },
  groups: { groups: 5, members: 20, perSecond: 1 },
  storm: { pairs: 20, perSecond: 0.2, everySeconds: 600 },
  placement: { perSecond: 5 },
  uploads: { people: 5, perMinute: 2, bytes: 1_000_000 },
  thresholds: {
    berth_login_ms: ['p(95)<2000'],
    berth_ack_ms: ['p(50)<50', 'p(99)<500'],
    berth_delivery_ms: ['p(50)<100', 'p(99)<1000'],
    berth_reconnect_ms: ['p(99)<10000'],
    berth_place_ms: ['p(99)<200'],
    berth_upload_ms: ['p(95)<2000'],
    berth_download_ms: ['p(95)<2000'],
  },
};
