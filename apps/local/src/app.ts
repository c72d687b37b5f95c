import type { LocalConfig } from './config.ts';
import { takeFolder } from './data-folder.ts';
import { migrateSchema, openMysql, openRedis, prepareStores } from './databases.ts';
import { type NodeService, type Part, startService } from './part.ts';
import { Parts } from './parts.ts';
import { assertFree } from './ports.ts';
import { type Output, Progress } from './progress.ts';
import { renderScreen } from './screen.ts';
import {
  chatService,
  gateService,
  mailService,
  makePlan,
  type Plan,
  statusService,
  verifyService,
} from './services.ts';
import { buildWebClient } from './web-client.ts';

/** After this a start that was broken off is not waited for. */
const abandonMs = 5_000;

/**
 * Runs the whole platform until `interrupted` resolves, then stops it in order. Throws LocalError, everything stopped,
 * when it cannot start or when one of its processes ends. `force` aborts: everything is killed.
 */
export async function runLocal(
  config: LocalConfig,
  output: Output,
  { interrupted, force }: { interrupted: Promise<void>; force: AbortSignal },
): Promise<void> {
  const unlock = takeFolder(config.dataDir);
  const parts = new Parts();
  force.addEventListener('abort', () => void parts.kill());
  const progress = new Progress(output);
  /** Of servers that are on their way up when all is to be stopped. */
  const brokenOff = new AbortController();
  let starting: ReturnType<typeof start> | undefined;
  try {
    await assertFree(config.port, 'web address', '--port');
    await assertFree(config.mailPort, 'mailbox', '--mail-port');
    const plan = await makePlan(config);
    starting = start(config, plan, parts, progress, brokenOff.signal);
    const outcome = await Promise.race([starting, parts.died, interrupted]);
    progress.close();
    if (outcome)
      output.write(renderScreen(config, plan, { ...outcome, parts: parts.all, elapsed: progress.elapsed }));
    await Promise.race([parts.died, interrupted]);
  } finally {
    progress.close();
    brokenOff.abort();
    await parts.stop((name) => output.write(`berth: stopping ${name}\n`));
    await Promise.race([
      starting?.catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, abandonMs).unref()),
    ]);
    unlock();
  }
}

/** Starts everything as early as what it needs is there. */
async function start(
  config: LocalConfig,
  plan: Plan,
  parts: Parts,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ mysqlUrl: string; redisUrl: string; hasWebClient: boolean }> {
  const origin = await prepareStores(config, (line) => progress.say(line));
  const run = (service: NodeService): Promise<void> => {
    const part = parts.add(startService(service, { dataDir: config.dataDir, cwd: config.root }));
    return progress.track(service.name, part.whenReady());
  };
  const keep = ({ url, part }: { url: string; part?: Part }): string => {
    if (part) parts.add(part);
    return url;
  };
  const redis = progress.track('redis', openRedis(config, origin, signal).then(keep));
  const mysql = progress.track(
    'mysql',
    openMysql(config, origin, signal)
      .then(keep)
      .then(async (url) => {
        await migrateSchema(config, url);
        return url;
      }),
  );
  const web = config.web
    ? progress.track(
        'web client',
        buildWebClient(config.root, config.dataDir, (line) => progress.say(line)),
      )
    : Promise.resolve(undefined);
  const stores = Promise.all([redis, mysql]).then(([redisUrl, mysqlUrl]) => ({ redisUrl, mysqlUrl }));
  await Promise.all([
    run(mailService(config, plan)),
    redis.then((url) =>
      Promise.all([run(verifyService(config, plan, url)), run(statusService(config, plan, url))]),
    ),
    stores.then((both) => Promise.all(plan.nodes.map((node) => run(chatService(config, plan, both, node))))),
    Promise.all([stores, web]).then(([both, webRoot]) => run(gateService(config, plan, both, webRoot))),
  ]);
  return { ...(await stores), hasWebClient: (await web) !== undefined };
}
