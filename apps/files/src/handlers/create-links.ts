import type { FileLink, LinkRequest } from '@berth/wire/files';
import type { Context } from '../context.ts';

/** Addresses of files that this user may read, good for some minutes. */
export async function createLinks(
  { entitlements, files, signer }: Context,
  user: number,
  wanted: readonly LinkRequest[],
): Promise<{ links: FileLink[] }> {
  const expiresAt = signer.expiryAt(Date.now());
  const owners = await entitlements.owners(user, wanted);
  const links = await Promise.all(
    wanted.map(async ({ file: id }, index): Promise<FileLink> => {
      const owner = owners[index];
      const file = owner === undefined ? undefined : await files.find(owner, id);
      if (file?.state !== 'ready') return { file: id, expiresAt };
      const urlOf = (variant: 'original' | 'small' | 'large', download = false) =>
        signer.urlOf({ owner: file.owner, file: id, variant, download }, expiresAt);
      const previews = file.previews && { small: urlOf('small'), large: urlOf('large') };
      const urls = { original: urlOf('original'), download: urlOf('original', true), ...previews };
      return { file: id, expiresAt, urls };
    }),
  );
  return { links };
}
