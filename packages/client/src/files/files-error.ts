import { BerthError, type ErrorCode, errorTable } from '@berth/wire';

/** What a refusal says, or what its status means where it is not Berth's. */
export function errorOf(status: number, text: string): BerthError {
  try {
    const { code, message, retryAfterMs } = JSON.parse(text).error;
    if (code in errorTable)
      return new BerthError(code as ErrorCode, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  } catch {
    // Of tus, or of a proxy before it.
  }
  const code = Object.entries(errorTable).find(([, { http }]) => http === status)?.[0] as
    | ErrorCode
    | undefined;
  return new BerthError(code ?? (status >= 500 ? 'unavailable' : 'bad_request'));
}
