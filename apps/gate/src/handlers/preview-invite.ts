import { BerthError } from '@berth/wire';
import type { httpSchemas, InvitePreview } from '@berth/wire/http';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { Call } from '../route.ts';

/** Tells whoever has an invite who invites them. */
export async function previewInvite(
  context: Context,
  { body }: Call<z.output<typeof httpSchemas.invitePreviewRequest>>,
): Promise<InvitePreview> {
  if (!context.config.invites) throw new BerthError('forbidden', 'There are no invites on this platform.');
  return context.invites.preview(body.invite);
}
