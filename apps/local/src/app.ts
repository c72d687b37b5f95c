import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { ChatNodes } from './chat-nodes.ts';
import type { LocalConfig } from './config.ts';
import { assertRoom, takeFolder } from './data-folder.ts';
import { mysqlPart, prepareStores, redisPart } from './databases.ts';
import { startDemo } from './demo/demo.ts';
import { ElasticNodes } from './elastic-nodes.ts';
import { listenToKeys } from './keyboard.ts';
import { keepLogsSmall } from './log-files.ts';
import { writeOutputs } from './outputs.ts';
import { migrateSchema, tryRedis } from './own-servers.ts';
import { type NodeService, servicePart } from './part.ts';
import { assertFree } from './ports.ts';
import { type Output, Progress } from './progress.ts';
import { renderScreen } from './screen.ts';
import {
  chatService,
  filesService,
  gateService,
  mailService,
  makePlan,
  type Plan,
  type PlannerDoor,
  statusService,
  verifyService,
} from './services.ts';
import { Supervisor } from './supervisor.ts';
import { buildWebClient } from './web-client.ts';

/** After this a start that was broken off is not waited for. */
const abandonMs = 5_000;

interface Started {
  mysqlUrl: string;
  redisUrl: string;
  hasWebClient: boolean;
}

/**
 * Runs the whole platform until `interrupted` resolves, then stops it in order; what dies meanwhile is started again.
 * Throws LocalError, everything stopped, when it cannot start or when one of its processes cannot live. `force` aborts:
 * everything is killed.
 */
export async function runLocal(
  config: LocalConfig,
  output: Output,
  { interrupted, force }: { interrupted: Promise<void>; force: AbortSignal },
): Promise<void> {
  const unlock = takeFolder(config.dataDir);
  const progress = new Progress(output);
  const supervisor = new Supervisor({ say: (line) => progress.say(line) });
  force.addEventListener('abort', () => void supervisor.kill());
  const closers: (() => void)[] = [keepLogsSmall(() => supervisor.logFiles)];
  let starting: ReturnType<typeof start> | undefined;
  try {
    assertRoom(config);
    await assertFree(config.port, 'web address', '--port');
    await assertFree(config.mailPort, 'mailbox', '--mail-port');
    const plan = await makePlan(config);
    const token = randomBytes(32).toString('hex');
    const say = (line: string) => progress.say(line);
    const elastic = config.elastic ? new ElasticNodes({ token, scale: config.nodes, say }) : undefined;
    closers.push(() => elastic?.close());
    const planner = elastic && { url: await elastic.listen(), token };
    starting = start(config, plan, supervisor, progress, planner);
    const outcome = await Promise.race([starting, supervisor.died, interrupted]);
    progress.close();
    if (outcome) {
      closers.push(writeOutputs(config, plan));
      const { elapsed } = progress;
      const show = () =>
        output.write(renderScreen(config, plan, { ...outcome, pids: supervisor.pids, elapsed }));
      show();
      const nodes = new ChatNodes(config, plan, outcome, { supervisor, say });
      elastic?.start(
        nodes,
        `http://127.0.0.1:${plan.status.ops}/v1/fleet/plan`,
        readFileSync(plan.secrets.operatorToken, 'utf8').trim(),
      );
      const keys = {
        '+': () => (elastic ? elastic.resize(1) : nodes.add()),
        '-': () => (elastic ? elastic.resize(-1) : nodes.remove()),
        ...{ '\r': show, '\n': show },
      };
      if (config.demo) {
        const places = {
          gateUrl: `http://127.0.0.1:${config.port}`,
          mailboxUrl: `http://127.0.0.1:${config.mailPort}`,
        };
        closers.push(startDemo(places, say));
      }
      closers.push(listenToKeys(process.stdin, (key) => void keys[key as keyof typeof keys]?.()));
    }
    await Promise.race([supervisor.died, interrupted]);
  } finally {
    progress.close();
    for (const close of closers) close();
    await supervisor.stop((name) => output.write(`berth: stopping ${name}\n`));
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
  supervisor: Supervisor,
  progress: Progress,
  planner: PlannerDoor | undefined,
): Promise<Started> {
  const { dataDir, root } = config;
  const origin = await prepareStores(config, progress);
  const run = (service: NodeService): Promise<unknown> =>
    progress.track(service.name, supervisor.add(servicePart(service, { dataDir, cwd: root })));
  const openRedis = async (): Promise<string> => {
    if (config.redisUrl === undefined) return (await supervisor.add(redisPart(config, plan, origin))).url;
    await tryRedis(config, config.redisUrl);
    return config.redisUrl;
  };
  const openMysql = async (): Promise<string> =>
    config.mysqlUrl ?? (await supervisor.add(mysqlPart(config, plan, origin))).url;
  const redis = progress.track('redis', openRedis());
  // Status looks there for operators alone: it need not wait for the schema.
  const mysqlUp = openMysql();
  const migrated = mysqlUp.then(async (url) => {
    await migrateSchema(config, url);
    return url;
  });
  const mysql = progress.track('mysql', migrated);
  const web = config.web
    ? progress.track(
        'web client',
        buildWebClient(root, dataDir, (line) => progress.say(line)),
      )
    : Promise.resolve(undefined);
  // Whoever needs the schema waits for it by itself, so that our own server makes it while they start; another one is tried first,
  // as whatever is wrong with it is then told once.
  const mysqlThere = config.mysqlUrl === undefined ? mysqlUp : mysql;
  const stores = Promise.all([redis, mysqlThere]).then(([redisUrl, mysqlUrl]) => ({ redisUrl, mysqlUrl }));
  await Promise.all([
    mysql,
    run(mailService(config, plan)),
    redis.then((url) => run(verifyService(config, plan, url))),
    Promise.all([redis, mysqlUp]).then(([redisUrl, mysqlUrl]) =>
      run(statusService(config, plan, { redisUrl, mysqlUrl }, planner)),
    ),
    stores.then((both) => run(filesService(config, plan, both))),
    stores.then((both) => Promise.all(plan.nodes.map((node) => run(chatService(config, plan, both, node))))),
    Promise.all([stores, web]).then(([both, webRoot]) => run(gateService(config, plan, both, webRoot))),
  ]);
  return { ...(await stores), hasWebClient: (await web) !== undefined };
}
