import { VerifyServiceService } from '@berth/contracts/verify';
import { bindServer, closeServer, createServerOptions, serverCredentials, traced, unary } from '@berth/grpc';
import { type App, Closers } from '@berth/lifecycle';
import { createRedis } from '@berth/redis';
import { type Log, Metrics, noTracing, OpsServer, type Tracing } from '@berth/telemetry';
import { toBerthError } from '@berth/wire';
import { Server } from '@grpc/grpc-js';
import { RedisBudgets } from './budgets.ts';
import { CodeHashes } from './code.ts';
import { RedisCodeStore } from './code-store.ts';
import type { VerifyConfig } from './config.ts';
import type { Context } from './context.ts';
import { check } from './handlers/check.ts';
import { issue } from './handlers/issue.ts';
import { redeem } from './handlers/redeem.ts';
import { SmtpMailer } from './mailer.ts';

export interface Verify extends App {
  /** The ports bound, known once started. */
  readonly ports: { grpc: number; ops: number };
}

/** Issues, mails and redeems e-mail codes. */
export function createVerify(
  config: VerifyConfig,
  {
    log,
    metrics = new Metrics('verify'),
    tracing = noTracing,
  }: { log: Log; metrics?: Metrics; tracing?: Tracing },
): Verify {
  const calls = metrics.counter('verify_calls_total', 'Calls by method and outcome', ['method', 'outcome']);
  const mails = metrics.counter('verify_mails_total', 'Mails by outcome', ['outcome']);
  const closers = new Closers();
  closers.add('tracing', () => tracing.close());
  const ports = { grpc: 0, ops: 0 };

  const redis = createRedis(config.redis.url, { tlsCaFile: config.redis.tlsCaFile });
  closers.add('redis', () => redis.disconnect());
  const mailer = new SmtpMailer({
    ...config.smtp,
    onOutcome: (outcome, err) => {
      mails.inc({ outcome });
      if (err) log.warn({ err, outcome }, 'a mail was not sent');
    },
  });
  closers.add('mailer', () => mailer.close());
  metrics.gauge('verify_mails_pending', 'Mails not yet handed over', [], () => mailer.pending);
  metrics.gauge('verify_smtp_up', 'Whether the mail server was reached last time', [], () =>
    mailer.reachable ? 1 : 0,
  );
  const context: Context = {
    config,
    log,
    mailer,
    hashes: new CodeHashes(config.codeSecret),
    codes: new RedisCodeStore(redis, config.codes),
    budgets: new RedisBudgets(redis, config.budgets),
  };

  const handle = <Request, Response>(
    method: string,
    handler: (context: Context, request: Request) => Promise<Response>,
  ) =>
    unary<Request, Response>(
      traced(tracing, method, async (request: Request) => {
        const response = await handler(context, request);
        calls.inc({ method, outcome: 'ok' });
        return response;
      }),
      (thrown) => {
        const err = toBerthError(thrown);
        calls.inc({ method, outcome: err.code });
        if (err.code === 'internal' || err.code === 'unavailable')
          log.error({ err, method }, 'a call failed');
      },
    );
  const server = new Server(createServerOptions());
  server.addService(VerifyServiceService, {
    issue: handle('issue', issue),
    redeem: handle('redeem', redeem),
    check: handle('check', check),
  });
  const ops = new OpsServer({
    ...config.ops,
    metrics,
    ready: { redis: () => redis.ping().then(() => undefined) },
    // Codes that are out can be redeemed all the same.
    told: { smtp: () => (mailer.reachable ? undefined : 'not reached when it was needed last') },
  });

  return {
    ports,
    async start() {
      ports.grpc = await bindServer(
        server,
        config.grpc.host,
        config.grpc.port,
        serverCredentials(config.grpcTls),
      );
      closers.add('grpc', () => closeServer(server));
      await ops.start();
      closers.add('ops', () => ops.close());
      ports.ops = ops.port;
      if (!config.grpcTls)
        log.warn('GRPC_TLS is off: whoever reaches this service is taken for one of the others');
      log.info(ports, 'verify is up');
    },
    close: () => closers.close(),
  };
}
