import type { Mysql } from '@berth/mysql';
import type { LiveSession } from '../session/live-session.ts';

/** Sessions asked about in one statement; the last lot is filled up so that the statement has one shape. */
const lot = 100;
const pauseMs = 20;

const sessionsSql = `SELECT user_id AS user, LOWER(HEX(id)) AS session FROM sessions
  WHERE (user_id, id) IN (${Array.from({ length: lot }, () => '(?, ?)').join(', ')}) AND ended_at IS NOT NULL`;
const usersSql = `SELECT id AS user, generation FROM users
  WHERE id IN (${Array.from({ length: lot }, () => '?').join(', ')})`;

/**
 * Which of the sessions were ended while this node could not hear of it: by name, or by a new generation of their
 * account. Reads in lots, paced.
 */
export async function findEndedSessions(
  mysql: Mysql,
  sessions: readonly LiveSession[],
): Promise<LiveSession[]> {
  const ended: LiveSession[] = [];
  for (let i = 0; i < sessions.length; i += lot) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const some = sessions.slice(i, i + lot);
    const filled = Array.from({ length: lot }, (_, at) => some[at] ?? some[0]!);
    const [byName, accounts] = await Promise.all([
      mysql.rows<{ user: number; session: string }>(
        sessionsSql,
        filled.flatMap(({ user, id }) => [user, Buffer.from(id, 'hex')]),
      ),
      mysql.rows<{ user: number; generation: number }>(
        usersSql,
        filled.map(({ user }) => user),
      ),
    ]);
    const endedNames = new Set(byName.map(({ user, session }) => `${user} ${session}`));
    const generations = new Map(accounts.map(({ user, generation }) => [user, generation]));
    for (const session of some)
      if (
        endedNames.has(`${session.user} ${session.id}`) ||
        session.generation < (generations.get(session.user) ?? 0)
      )
        ended.push(session);
  }
  return ended;
}
