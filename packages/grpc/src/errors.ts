import { BerthError, type ErrorCode, errorTable, toBerthError } from '@berth/wire';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

const statusOf: Partial<Record<ErrorCode, status>> = {
  bad_request: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  conflict: status.FAILED_PRECONDITION,
  rate_limited: status.RESOURCE_EXHAUSTED,
  no_berth: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  deadline: status.DEADLINE_EXCEEDED,
};

const codeOf: Partial<Record<status, ErrorCode>> = {
  [status.INVALID_ARGUMENT]: 'bad_request',
  [status.UNAUTHENTICATED]: 'unauthenticated',
  [status.PERMISSION_DENIED]: 'forbidden',
  [status.NOT_FOUND]: 'not_found',
  [status.ALREADY_EXISTS]: 'already_exists',
  [status.FAILED_PRECONDITION]: 'conflict',
  [status.RESOURCE_EXHAUSTED]: 'rate_limited',
  [status.UNAVAILABLE]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'deadline',
};

/** An error as it leaves a gRPC server: status, safe message, and in the trailer `berth-code` and `retry-after-ms`. */
export function toServiceError(thrown: unknown): Partial<ServiceError> & { code: status } {
  const error = toBerthError(thrown);
  const metadata = new Metadata();
  metadata.set('berth-code', error.code);
  if (error.retryAfterMs !== undefined) metadata.set('retry-after-ms', String(Math.ceil(error.retryAfterMs)));
  return { code: statusOf[error.code] ?? status.INTERNAL, details: error.message, metadata };
}

/** The callee, of an earlier version, does not know the method; `error` is what `fromServiceError` made, or was caused by it. */
export function isUnimplemented(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && at.code === status.UNIMPLEMENTED) return true;
  return false;
}

/** The same error on the caller's side; what did not come from us is mapped by its gRPC status. */
export function fromServiceError(error: ServiceError): BerthError {
  const named = String(error.metadata?.get('berth-code')[0] ?? '');
  const code = named in errorTable ? (named as ErrorCode) : (codeOf[error.code] ?? 'internal');
  const retry = error.metadata?.get('retry-after-ms')[0];
  return new BerthError(code, named in errorTable ? error.details : undefined, {
    cause: error,
    ...(retry !== undefined && { retryAfterMs: Number(retry) }),
  });
}
