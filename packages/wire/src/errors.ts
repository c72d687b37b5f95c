/**
 * Every error that Berth answers with, on every door: frames, HTTP, gRPC.
 * `http` is the status on gate; `retry` says whether the same request may succeed later as it is.
 */
export const errorTable = {
  bad_request: { http: 400, retry: false, meaning: 'The body is not what this request takes.' },
  unknown_frame: { http: 400, retry: false, meaning: 'No frame has this id.' },
  too_large: { http: 413, retry: false, meaning: 'The body or the text is too large.' },
  unauthenticated: { http: 401, retry: false, meaning: 'No valid session or ticket.' },
  ticket_invalid: {
    http: 401,
    retry: false,
    meaning: 'The ticket is forged, expired, used or for another node.',
  },
  bad_credentials: { http: 401, retry: false, meaning: 'E-mail address or password is wrong.' },
  session_ended: { http: 401, retry: false, meaning: 'The session was ended; log in again.' },
  forbidden: { http: 403, retry: false, meaning: 'Not allowed for this user or role.' },
  not_member: { http: 403, retry: false, meaning: 'Not a member of this conversation.' },
  not_friends: { http: 403, retry: false, meaning: 'Only friends may do this.' },
  blocked: { http: 403, retry: false, meaning: 'One of the two has blocked the other.' },
  muted: { http: 403, retry: true, meaning: 'Muted in this group for now.' },
  admins_only: { http: 403, retry: false, meaning: 'Only the owner and admins write in this group.' },
  slow_mode: { http: 429, retry: true, meaning: 'In this group one writes only every so often.' },
  not_found: { http: 404, retry: false, meaning: 'There is no such thing, or not for this user.' },
  method_not_allowed: { http: 405, retry: false, meaning: 'This path takes other methods.' },
  already_exists: { http: 409, retry: false, meaning: 'It exists already.' },
  conflict: { http: 409, retry: true, meaning: 'The state changed meanwhile.' },
  too_late: { http: 422, retry: false, meaning: 'The time in which this may be done is over.' },
  time_refused: { http: 422, retry: false, meaning: 'This time is past, or more than a year ahead.' },
  no_preview: { http: 422, retry: false, meaning: 'There is nothing to be shown of this address.' },
  recalled: { http: 410, retry: false, meaning: 'The message was taken back.' },
  code_expired: {
    http: 422,
    retry: false,
    meaning: 'No live code: expired, used up or redeemed; ask for a new one.',
  },
  code_wrong: { http: 422, retry: false, meaning: 'The code is wrong.' },
  password_refused: {
    http: 422,
    retry: false,
    meaning: 'The password is too short, too long or too common.',
  },
  name_taken: { http: 409, retry: false, meaning: 'The name is taken.' },
  invite_expired: { http: 422, retry: false, meaning: 'This invite has expired.' },
  invite_revoked: { http: 422, retry: false, meaning: 'This invite was taken back.' },
  invite_used_up: { http: 422, retry: false, meaning: 'This invite was used as often as it may be.' },
  limit_reached: {
    http: 422,
    retry: false,
    meaning: 'A limit of this platform is reached (members, friends, groups).',
  },
  rate_limited: { http: 429, retry: true, meaning: 'Too many requests; come again after retryAfterMs.' },
  no_berth: { http: 503, retry: true, meaning: 'No chat node has a place right now.' },
  unavailable: { http: 503, retry: true, meaning: 'A part that this needs is away right now.' },
  deadline: { http: 504, retry: true, meaning: 'It took too long; whether it was done is not known.' },
  internal: { http: 500, retry: true, meaning: 'A fault of ours; it is in the log.' },
} as const;

export type ErrorCode = keyof typeof errorTable;

/** An error as it crosses the wire. */
export interface WireError {
  code: ErrorCode;
  message: string;
  retryAfterMs?: number;
}

/**
 * The one error class of the boundaries: a code of the table, a sentence that is safe to show,
 * and the cause, which only the log sees.
 */
export class BerthError extends Error {
  override readonly name = 'BerthError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message?: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(
      message ?? errorTable[code].meaning,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  toWire(): WireError {
    return this.retryAfterMs === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, retryAfterMs: this.retryAfterMs };
  }
}

/** Maps whatever was thrown to a BerthError; what is not one becomes `internal`, its text hidden. */
export function toBerthError(thrown: unknown): BerthError {
  if (thrown instanceof BerthError) return thrown;
  return new BerthError('internal', undefined, { cause: thrown });
}

/**
 * WebSocket close codes; a TCP connection is told by the frame before. 4000–4399: connect again
 * (after the delay told, or with back-off); 4400–4999: do not, the user must act.
 */
export const closeCodes = {
  goAway: { code: 4000, meaning: 'The node shuts down or rebalances.' },
  slowConsumer: { code: 4001, meaning: 'Too many unsent bytes.' },
  silent: { code: 4002, meaning: 'Nothing heard for too long.' },
  flood: { code: 4003, meaning: 'Too many frames.' },
  firstFrameLate: { code: 4004, meaning: 'No first frame in time.' },
  ticketInvalid: { code: 4005, meaning: 'The ticket is not valid here; ask gate for a new berth.' },
  moved: { code: 4006, meaning: 'This session is connected elsewhere.' },
  serverError: { code: 4007, meaning: 'A fault of the node.' },
  busy: { code: 4008, meaning: 'The node is full or takes log-ins too fast.' },
  badFrame: { code: 4400, meaning: 'What came is no frame of this protocol.' },
  kicked: { code: 4401, meaning: 'Other sessions of this device class logged in.' },
  sessionEnded: { code: 4402, meaning: 'The session was ended.' },
  goodbye: { code: 4403, meaning: 'The client said goodbye.' },
} as const;

export type CloseReason = keyof typeof closeCodes;

export const mayReconnect = (code: number): boolean => code < 4400 || code > 4999;
