import { BerthError } from '@berth/wire';
import type { LinkPreview } from '@berth/wire/files';
import type { Context } from '../context.ts';

/** What the page behind a link says of itself. Throws `not_found` where the operator has not allowed it. */
export async function previewLink(
  { previews }: Context,
  user: number,
  url: string,
): Promise<{ preview: LinkPreview }> {
  if (previews === undefined) throw new BerthError('not_found');
  return { preview: await previews.of(user, url) };
}
