import { z } from 'zod';

/** What may be set with `pulumi config set berth:<name>`: how it is read, what it means, and how to set it. */
export interface Setting<T = unknown> {
  /** From the text of the configuration; its messages end up in errors. */
  readonly schema: z.ZodType<T, string>;
  readonly description: string;
  /** As text. Without one the setting is required. */
  readonly default?: string;
  /** A value to show in the command that mends an error. */
  readonly example: string;
}

export const count = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'expected a whole number').transform(Number).pipe(z.number().min(min).max(max));
export const port = () => count(1, 65_535);
export const flag = () => z.enum(['true', 'false']).transform((text) => text === 'true');
export const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, `expected ${expected}`);
export const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((all) => all.split(',').map((part) => part.trim()))
    .transform((parts) => parts.filter((part) => part !== ''))
    .pipe(z.array(item));
export const image = () =>
  text(/^\S+(?<!:latest)(?<=[:@][^/]+)$/, 'an image with a tag other than latest, or a digest');

/** HAProxy asks for its files when it starts. */
export const edgeConnections = (most: string) => ({
  schema: count(100, 500_000),
  description:
    'Sessions in one edge pod. It needs two files for each and 32 more, and does not start where a process may have fewer.',
  default: most,
  example: '4000',
});
