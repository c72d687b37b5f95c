import type { Profile } from './profile.ts';

export const storm: Profile = {
  about: '400 people cut all at once every 30 seconds, and back without a gap',
  seconds: 120,
  storm: { pairs: 200, perSecond: 0.5, everySeconds: 30 },
  thresholds: {
    // Those who are away wait for their acknowledgement until they are back.
    berth_ack_ms: ['p(50)<100', 'p(99)<15000'],
    berth_reconnect_ms: ['p(50)<5000', 'p(99)<15000'],
  },
};
