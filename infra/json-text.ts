import { z } from 'zod';

/** Text that holds JSON. */
export const json = z.string().transform((content, context): unknown => {
  try {
    return JSON.parse(content);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected JSON' });
    return z.NEVER;
  }
});
