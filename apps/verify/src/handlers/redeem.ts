import { Purpose, type RedeemRequest, type RedeemResponse, RedeemResult } from '@berth/contracts/verify';
import { networkOf } from '@berth/network';
import { BerthError } from '@berth/wire';
import type { Redemption } from '../code-store.ts';
import type { Context } from '../context.ts';
import { parseEmail } from '../email.ts';
import { redisCall } from '../redis-call.ts';

const purposes: Record<number, 'register' | 'reset'> = {
  [Purpose.PURPOSE_REGISTER]: 'register',
  [Purpose.PURPOSE_RESET]: 'reset',
};

const results: Record<Redemption, RedeemResult> = {
  ok: RedeemResult.REDEEM_RESULT_OK,
  wrong: RedeemResult.REDEEM_RESULT_WRONG,
  expired: RedeemResult.REDEEM_RESULT_EXPIRED,
};

/** What has not the form of a code is an attempt like any other. */
export async function redeem(
  context: Context,
  request: RedeemRequest,
  { isKept = false } = {},
): Promise<RedeemResponse> {
  const email = parseEmail(request.email);
  const purpose = purposes[request.purpose];
  if (purpose === undefined) throw new BerthError('bad_request', 'purpose: register or reset');
  if (request.code.length > 64) throw new BerthError('bad_request', 'code: six digits');
  const { budgets, codes, hashes, log } = context;
  const address = hashes.ofAddress(email);
  const source = hashes.ofSource(networkOf(request.source));
  const redemption = await redisCall(() =>
    codes.redeem(address, hashes.ofCode(email, request.code), { purpose, source, isKept }),
  );
  if (redemption === 'ok' && !isKept) {
    await budgets
      .settle(address)
      .catch((err: unknown) => log.warn({ err }, 'an address must wait for its next code'));
  }
  return { result: results[redemption] };
}
