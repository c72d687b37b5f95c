import type { Handler } from '../context.ts';

/** The client leaves on purpose: after this answer its connection closes. */
export const goodbye: Handler<'goodbye'> = async () => ({});
