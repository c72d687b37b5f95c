import { randomBytes } from 'node:crypto';
import { BerthError } from '@berth/wire';
import type { httpSchemas, SessionsAnswer } from '@berth/wire/http';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { Call } from '../route.ts';

/**
 * Logs in: limits, then the password, then a berth, then the session's row; so that nothing is stored for who gets no
 * place. An unknown account costs the same hash as a wrong password and gets the same answer. Nothing more is done for a client
 * that has gone.
 */
export async function createSession(
  context: Context,
  { body, client, signal }: Call<z.output<typeof httpSchemas.sessionsRequest>>,
): Promise<SessionsAnswer> {
  const { email, password, device } = body;
  await context.loginLimit.take(email, client.network, signal);
  const user = await context.users.findByEmail(email);
  const isRight = await context.hasher.verify(password, user?.passwordHash, signal);
  signal.throwIfAborted();
  if (!user || !isRight) {
    context.log.info({ userId: user?.id, network: client.network }, 'a log-in failed');
    throw new BerthError('bad_credentials');
  }

  const { id: userId, generation } = user;
  const id = randomBytes(16).toString('hex');
  const berth = await context.status.place({
    userId,
    deviceClass: device.class,
    sessionId: id,
    generation,
    avoid: [],
  });
  signal.throwIfAborted();
  const createdAt = Date.now();
  const expiresAt = createdAt + context.config.sessionMs;
  await context.sessions.create({
    userId,
    id,
    generation,
    deviceClass: device.class,
    deviceName: device.name ?? '',
    platform: device.platform ?? '',
    createdAt,
    expiresAt,
  });
  context.log.info({ userId, sessionId: id, network: client.network }, 'logged in');
  void afterwards(context, userId, email, client.network);
  const token = context.sessionKeys.sign({
    user: userId,
    session: id,
    deviceClass: device.class,
    generation,
    expiresAt,
  });
  const { name, nick, icon } = user;
  return {
    user: { id: userId, name, nick, email: user.email, icon },
    session: { id, token, expiresAt },
    berth,
  };
}

/** Nobody waits for these; what fails is made up for by the next log-in. */
async function afterwards(context: Context, userId: number, email: string, network: string): Promise<void> {
  try {
    await context.loginLimit.welcome(email, network, 'password');
    const { surplus } = await context.sessions.list(userId);
    if (surplus.length === 0) return;
    const revocation = await context.sessions.end(userId, surplus, 'too-many-sessions');
    if (revocation) await context.revocations.handOver(revocation);
  } catch (err) {
    context.log.debug({ err }, 'the work after a log-in was not done');
  }
}
