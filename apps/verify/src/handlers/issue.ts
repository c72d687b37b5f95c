import { type IssueRequest, type IssueResponse, Purpose } from '@berth/contracts/verify';
import { networkOf } from '@berth/network';
import { BerthError } from '@berth/wire';
import type { Share } from '../budgets.ts';
import { type CodePurpose, createNonce, familyOf } from '../code.ts';
import { codeMail, hasAccountMail, mailLocale } from '../code-mail.ts';
import type { StoredCode } from '../code-store.ts';
import type { Context } from '../context.ts';
import { parseEmail } from '../email.ts';
import { redisCall } from '../redis-call.ts';

const purposes: Record<number, CodePurpose> = {
  [Purpose.PURPOSE_REGISTER]: 'register',
  [Purpose.PURPOSE_RESET]: 'reset',
  [Purpose.PURPOSE_ANY]: 'any',
};

/**
 * Whatever is known of the address, the same steps are taken before the answer: budgets, a look at the mail server, a code
 * stored. The mail itself leaves afterwards; when it cannot be sent, its budget is given back.
 */
export async function issue(context: Context, request: IssueRequest): Promise<IssueResponse> {
  const email = parseEmail(request.email);
  const purpose = purposes[request.purpose];
  if (purpose === undefined) throw new BerthError('bad_request', 'purpose: register, reset or any');
  const isTold = request.deliver && !request.hasAccount;
  const family = familyOf(purpose);
  const address = context.hashes.ofAddress(email);
  const source = context.hashes.ofSource(networkOf(request.source));

  const { share, waitMs } = await redisCall(() => context.budgets.take(address, family, source));
  if (!share) {
    throw new BerthError('rate_limited', 'Too many codes were asked for; try again later.', {
      retryAfterMs: waitMs,
    });
  }
  let code: StoredCode;
  try {
    await context.mailer.ready();
    const fresh = freshCode(context, email, isTold);
    code = await redisCall(() => context.codes.put(address, fresh, { purpose, source, isTold }));
  } catch (error) {
    await giveBack(context, share);
    throw error;
  }
  if (request.deliver) {
    const locale = mailLocale(request.locale);
    const text = context.hashes.codeOf(email, code.nonce);
    context.mailer.send({
      key: `${address}:${family}:${code.hash}`,
      to: email,
      mail: isTold ? codeMail(text, purpose, locale) : hasAccountMail(locale),
      lifeMs: context.config.codes.ttlMs,
      isWanted: () => context.codes.isLive(address, family, code.hash),
      onSent: () => context.codes.wasMailed(address, family, code.hash),
      onFailure: async (outcome) => {
        // A mailbox that does not exist is the asker's doing and stays counted; a server that fails is not.
        if (outcome === 'failed') await giveBack(context, share);
        await context.codes
          .discard(address, family, code.hash)
          .catch((err: unknown) => context.log.warn({ err }, 'a code that was not mailed lives on'));
      },
    });
  }
  return { resendAfterMs: waitMs, expiresInMs: context.config.codes.ttlMs };
}

function freshCode({ hashes }: Context, email: string, isTold: boolean): StoredCode {
  const nonce = createNonce();
  return { nonce, hash: isTold ? hashes.ofCode(email, hashes.codeOf(email, nonce)) : hashes.ofNoCode() };
}

/** What cannot be given back is gone with its window. */
async function giveBack(context: Context, share: Share): Promise<void> {
  await context.budgets
    .giveBack(share)
    .catch((err: unknown) => context.log.warn({ err }, 'a budget was not given back'));
}
