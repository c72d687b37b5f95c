import { join } from 'node:path';
import process from 'node:process';
import type { Platform as PresentPlatform } from '@berth/test/platform';
import type { SeededUser, seedConversation, seedUsers } from '../berth-targets.ts';
import type { measureDurableWrites } from '../durable-writes.ts';
import { unlimited } from '../unlimited.ts';
import type { Answer, Member, Request } from './side.ts';

/**
 * The process that starts one side's platform: the harness and the seeds are those of the revision in the folder of the
 * argument, on its own packages, so that its schema is its own affair. Spoken with over IPC; ends with its parent.
 */
const root = process.argv[2]!;

interface Harness {
  Platform: { start(options: object): Promise<PresentPlatform> };
}
interface Seeds {
  seedUsers: typeof seedUsers;
  seedConversation: typeof seedConversation;
}

let platform: PresentPlatform | undefined;

async function answer(request: Request): Promise<unknown> {
  if (request.kind === 'start') {
    const { Platform } = (await import(join(root, 'test/harness/platform.ts'))) as Harness;
    platform = await Platform.start({ nodes: 1, environment: unlimited });
    const { services, mysql, redis, gateUrl } = platform;
    const named = [...services].map(([name, { pid }]) => [name.replace(/-\d+$/, ''), [pid]]);
    return { gateUrl, processes: { ...Object.fromEntries(named), MySQL: [mysql.pid], Redis: [redis.pid] } };
  }
  if (request.kind === 'stored') {
    const writes = (await import(join(root, 'load/bench/durable-writes.ts'))) as {
      measureDurableWrites: typeof measureDurableWrites;
    };
    return writes.measureDurableWrites({ rounds: 1, ms: request.ms, conversations: request.conversations });
  }
  if (!platform) throw new Error('the platform has not been started');
  if (request.kind === 'stop') return platform.close();
  if (request.kind === 'holes') {
    const rows = await platform.db.rows<{ holes: number }>(
      'SELECT COUNT(*) AS holes FROM (SELECT conversation_id FROM messages GROUP BY conversation_id HAVING MAX(seq) <> COUNT(*)) AS holed',
    );
    return Number(rows[0]!.holes);
  }
  const seeds = (await import(join(root, 'load/bench/berth-targets.ts'))) as Seeds;
  if (request.kind === 'list') {
    const [user] = await seeds.seedUsers(platform, 1);
    return [{ token: user!.token, conversation: await seedList(platform, user!.id, request.length) }];
  }
  const { count, size, conversations } = request;
  const users = await seeds.seedUsers(platform, count * size);
  const members: Member[] = [];
  for (let index = 0; index < count; index++) {
    const these: SeededUser[] = users.slice(index * size, (index + 1) * size);
    const conversation = await seeds.seedConversation(platform, conversations, these);
    members.push(...these.map(({ token }) => ({ token, conversation })));
  }
  return members;
}

const messagesEach = 20;

/** By statements that both schemas take; the one of before has the end of each log in the conversation's row. */
async function seedList({ db }: PresentPlatform, user: number, length: number): Promise<number> {
  const numbers = `SELECT ones.n + 100 * hundreds.n AS n FROM (${digits()}) AS ones JOIN (${digits()}) AS hundreds`;
  const [{ first }] = (await db.rows('SELECT COALESCE(MAX(id), 0) + 1 AS first FROM conversations')) as [
    { first: number },
  ];
  const listed = `(SELECT n + ${first} AS id, n FROM (${numbers}) AS numbered WHERE n < ${length}) AS listed`;
  const [column] = await db.rows(
    "SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'conversations' AND column_name = 'head_seq'",
  );
  const [seq, at] = column ? ['head_seq', 'last_at'] : ['hint_seq', 'hint_at'];
  await db.run(
    `INSERT INTO conversations (id, kind, title, created_by, member_count, created_at, ${seq}, ${at})
     SELECT id, 2, 'group', ?, 1, 1, ${messagesEach}, 1000000 + (n * 7919) % 10007 FROM ${listed}`,
    [user],
  );
  await db.run(`INSERT INTO members (conversation_id, user_id) SELECT id, ? FROM ${listed}`, [user]);
  await db.run(
    `INSERT INTO user_conversations (user_id, conversation_id, kind, joined_at) SELECT ?, id, 2, 1 FROM ${listed}`,
    [user],
  );
  for (let message = 1; message <= messagesEach; message++)
    await db.run(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text)
       SELECT id, ?, ?, ?, 1000000 + (n * 7919) % 10007, REPEAT('x', 64) FROM ${listed}`,
      [message, user, `c${message}`],
    );
  return Number(first);
}

/** 0 to 99, a row each. */
const digits = (): string => Array.from({ length: 100 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ');

process.on('message', ({ id, request }: { id: number; request: Request }) => {
  const tell = (told: Omit<Answer, 'id'>) => process.connected && process.send!({ id, ...told });
  answer(request).then(
    (value) => tell({ value }),
    (error: Error) => tell({ error: error.message }),
  );
});
process.on('disconnect', async () => {
  await platform?.close();
  process.exit(0);
});
// The parent is told by the terminal, too, and ends this one in its own time.
process.on('SIGINT', () => {});
