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
