import { BerthError, type ErrorCode } from '@berth/wire';

/** The old dialect's codes that gate answers with. */
export const llfcchatErrors = {
  success: 0,
  json: 1001,
  rpcFailed: 1002,
  codeExpired: 1003,
  codeWrong: 1004,
  userExists: 1005,
  passwordsDiffer: 1006,
  emailMismatch: 1007,
  passwordInvalid: 1009,
} as const;

const codes: Partial<Record<ErrorCode, number>> = {
  bad_request: llfcchatErrors.json,
  too_large: llfcchatErrors.json,
  code_expired: llfcchatErrors.codeExpired,
  code_wrong: llfcchatErrors.codeWrong,
  already_exists: llfcchatErrors.userExists,
  name_taken: llfcchatErrors.userExists,
  not_found: llfcchatErrors.emailMismatch,
  bad_credentials: llfcchatErrors.passwordInvalid,
  password_refused: llfcchatErrors.passwordInvalid,
};

/** Too many tries, no berth and whatever is away are all one to the old clients: come again. */
export function llfcchatError(error: BerthError): number {
  if (error instanceof PasswordsDifferError) return llfcchatErrors.passwordsDiffer;
  return codes[error.code] ?? llfcchatErrors.rpcFailed;
}

/** Password and its repetition are not the same: a case that only this dialect has. */
export class PasswordsDifferError extends BerthError {
  constructor() {
    super('bad_request', 'confirm: not the same as passwd');
  }
}
