import { BerthError } from '@berth/client';
import { transfer } from '@berth/client/files';
import type { FilesService } from './offer.ts';

const readyWaitMs = 20_000;

/** Uploads a picture of a person or a group; answers with its file once it can be used. */
export async function uploadPicture(
  picture: Blob,
  service: FilesService,
  onProgress: (part: number) => void,
): Promise<string> {
  const extension = picture.type.split('/')[1] ?? 'webp';
  const { done } = transfer(picture, {
    endpoint: `${service.offer.value!.url}/v1/uploads`,
    url: undefined,
    metadata: { name: `picture.${extension}` },
    token: () => service.token ?? '',
    onUrl: () => {},
    onProgress: (sent) => onProgress(sent / picture.size),
  });
  const file = (await done).split('/').at(-1)!;
  const answer = await service.file(file, readyWaitMs);
  if (answer.state !== 'ready') throw new BerthError('unavailable');
  return file;
}
