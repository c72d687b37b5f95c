import { BerthError } from '@berth/wire';
import type { GroupPreview, httpSchemas } from '@berth/wire/http';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { Call } from '../route.ts';

/** Tells whoever has the link of a group which one it is. */
export async function previewGroup(
  { config, groupLinks }: Context,
  { body }: Call<z.output<typeof httpSchemas.groupPreviewRequest>>,
): Promise<GroupPreview> {
  if (!config.invites) throw new BerthError('forbidden', 'There are no invites on this platform.');
  return groupLinks.preview(body.link);
}
