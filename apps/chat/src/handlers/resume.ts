import type { Answers } from '@berth/wire';
import type { RequestBody } from '@berth/wire/requests';
import type { Context, Session } from '../context.ts';

/**
 * What changed since the client's marks. Frames with `more` are kept without an answer until the last one comes. The
 * session's route was claimed before, so that what is committed after this reads is pushed.
 */
export async function resume(
  { stores, partialResumes, resumeTurns }: Context,
  session: Session,
  body: RequestBody<'resume'>,
): Promise<Answers['resume'][]> {
  const whole = partialResumes.add(session, body.marks, !body.more, performance.now());
  if (whole === undefined) return [];
  try {
    return await resumeTurns.run(session.user, () => stores.live.resume(session, whole.marks));
  } finally {
    whole.answered();
  }
}
