import { type Answers, BerthError } from '@berth/wire';
import type { RequestBody } from '@berth/wire/requests';
import type { Context, Session } from '../context.ts';

/** Marks of all frames of one resume at most: more conversations than anyone has. */
const maxMarks = 100_000;

/**
 * What changed since the client's marks. Frames with `more` are kept without an answer until the last one comes. The
 * session's route was claimed before, so that what is committed after this reads is pushed.
 */
export async function resume(
  { stores, partialResumes }: Context,
  session: Session,
  body: RequestBody<'resume'>,
): Promise<Answers['resume'][]> {
  const marks = partialResumes.get(session) ?? new Map<number, number>();
  for (const [conversation, seq] of body.marks) marks.set(conversation, seq);
  if (marks.size > maxMarks) {
    partialResumes.delete(session);
    throw new BerthError('limit_reached', `A resume has at most ${maxMarks} marks.`);
  }
  if (body.more) {
    partialResumes.set(session, marks);
    return [];
  }
  partialResumes.delete(session);
  return stores.live.resume(session, marks);
}
