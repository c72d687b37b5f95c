import { after } from 'node:test';
import { Purpose, RedeemResult, VerifyServiceClient } from '@berth/contracts/verify';
import { beforeAll, useMailServer, useRedis } from '@berth/fixtures';
import { call, channelCredentials } from '@berth/grpc';
import { createLog, Metrics } from '@berth/telemetry';
import { createVerify, type Verify } from './app.ts';
import { parseVerifyConfig } from './config.ts';

const resultNames = new Map([
  [RedeemResult.REDEEM_RESULT_OK as number, 'ok'],
  [RedeemResult.REDEEM_RESULT_WRONG as number, 'wrong'],
  [RedeemResult.REDEEM_RESULT_EXPIRED as number, 'expired'],
]);

interface IssueOptions {
  purpose?: Purpose;
  source?: string;
  deliver?: boolean;
  locale?: string;
  hasAccount?: boolean;
}

/** A verify of the test file's own on real Redis and SMTP servers, called as gate calls it. */
export function useVerify(environment: Record<string, string> = {}) {
  let verify: Verify | undefined;
  let client: VerifyServiceClient | undefined;
  // Before the stores' own: hooks run in the order of their registration.
  after(async () => {
    client?.close();
    await verify?.close();
  });
  const store = useRedis();
  const mail = useMailServer();
  const lines: string[] = [];
  const metrics = new Metrics('verify');
  beforeAll(async () => {
    await Promise.all([store.ready, mail.ready]);
    const config = parseVerifyConfig({
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_HOST: '127.0.0.1',
      OPS_PORT: '0',
      REDIS_URL: store.url,
      SMTP_URL: mail.url,
      CODE_SECRET: 'a secret of this test',
      CODE_RESEND_SECONDS: '0',
      ...environment,
    });
    const log = createLog('verify', 'debug', { write: (line) => void lines.push(line) });
    verify = createVerify(config, { log, metrics });
    await verify.start();
    client = new VerifyServiceClient(`127.0.0.1:${verify.ports.grpc}`, channelCredentials(undefined));
  });
  return {
    store,
    mail,
    /** Every line logged so far. */
    lines,
    metrics,
    get opsUrl(): string {
      return `http://127.0.0.1:${verify!.ports.ops}`;
    },
    issue: (email: string, options: IssueOptions = {}) =>
      call(
        client!.issue.bind(client),
        {
          email,
          purpose: options.purpose ?? Purpose.PURPOSE_REGISTER,
          source: options.source ?? '192.0.2.1',
          deliver: options.deliver ?? true,
          locale: options.locale ?? '',
          hasAccount: options.hasAccount ?? false,
        },
        { deadlineMs: 15_000 },
      ),
    redeem: async (email: string, code: string, purpose: Purpose = Purpose.PURPOSE_REGISTER) =>
      resultNames.get(
        (await call(client!.redeem.bind(client), { email, purpose, code }, { deadlineMs: 5_000 })).result,
      ),
  };
}
