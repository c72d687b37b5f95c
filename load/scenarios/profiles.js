/** How much: the same scenario as a smoke test in CI, as ordinary load, or as a burst of log-ins. */
export const profiles = {
  smoke: { pairs: 2, seconds: 15, messagesPerSecond: 2 },
  load: { pairs: 50, seconds: 300, messagesPerSecond: 5 },
  burst: { pairs: 200, seconds: 60, messagesPerSecond: 1 },
};

/** What makes a run pass: nothing refused, nothing missing, and answers in human time. */
export const thresholds = {
  checks: ['rate==1'],
  berth_errors: ['count==0'],
  berth_missing: ['count==0'],
  berth_ack_ms: ['p(99)<1000'],
  berth_delivery_ms: ['p(99)<2000'],
};
