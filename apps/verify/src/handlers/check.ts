import type { RedeemRequest, RedeemResponse } from '@berth/contracts/verify';
import type { Context } from '../context.ts';
import { redeem } from './redeem.ts';

/** Whether a code would be redeemed, which it is not: a wrong one is an attempt all the same. */
export const check = (context: Context, request: RedeemRequest): Promise<RedeemResponse> =>
  redeem(context, request, { isKept: true });
