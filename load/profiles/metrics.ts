/** What the scenarios count and time, by k6's kinds of metric; a trend is in milliseconds. */
export const metricKinds = {
  /** From the first request for a code to the account. */
  berth_register_ms: 'trend',
  /** Password log-in, from the request to the berth. */
  berth_login_ms: 'trend',
  /** `StatusService/Place` over gRPC. */
  berth_place_ms: 'trend',
  /** From the dial to the answer to `hello`. */
  berth_connect_ms: 'trend',
  /** From the moment a message is due to its acknowledgement. */
  berth_ack_ms: 'trend',
  /** From the moment a message is due to each other member's first sight of it. */
  berth_delivery_ms: 'trend',
  /** From a cut to the moment when everything that was missed is there. */
  berth_reconnect_ms: 'trend',
  /** From the first request of an upload until the file can be attached. */
  berth_upload_ms: 'trend',
  /** From the sight of a message with a file until its content is there. */
  berth_download_ms: 'trend',
  /** Files that went up, into a message and down again, the same byte for byte. */
  berth_files: 'counter',
  berth_opened: 'counter',
  berth_closed: 'counter',
  berth_sent: 'counter',
  berth_acknowledged: 'counter',
  /** Deliveries that acknowledged messages are owed: one for each other member. */
  berth_owed: 'counter',
  berth_delivered: 'counter',
  /** Of those owed, the ones whose conversation was looked through at its end. */
  berth_judged: 'counter',
  /** Of those judged, the ones that never came, not even when asked for. */
  berth_lost: 'counter',
  /** One message that has two numbers. */
  berth_doubled: 'counter',
  /** Two messages of one sender in another order than they were sent in. */
  berth_disordered: 'counter',
  /** Sends whose fate was not known at the end. */
  berth_unanswered: 'counter',
  /** Deliveries that came only when asked for. */
  berth_synced: 'counter',
  /** Conversations that were looked through to their end. */
  berth_conversations: 'counter',
  berth_errors: 'counter',
} as const satisfies Record<string, 'trend' | 'counter'>;

export type MetricName = keyof typeof metricKinds;
