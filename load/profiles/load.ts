import type { Profile } from './profile.ts';

export const load: Profile = {
  about: 'ordinary traffic of 300 people for five minutes',
  seconds: 300,
  accounts: { perMinute: 30 },
  direct: { pairs: 100, perSecond: 2 },
  groups: { groups: 5, members: 20, perSecond: 4 },
  placement: { perSecond: 20 },
  uploads: { people: 10, perMinute: 12, bytes: 1_000_000 },
  thresholds: {
    berth_login_ms: ['p(95)<2000'],
    berth_ack_ms: ['p(50)<50', 'p(99)<500'],
    berth_delivery_ms: ['p(50)<100', 'p(99)<1000'],
    berth_place_ms: ['p(99)<200'],
    berth_upload_ms: ['p(95)<2000'],
    berth_download_ms: ['p(95)<2000'],
  },
};
