import { limits } from '@berth/wire';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import type { UploadPlace } from './upload.ts';
import type { Chosen } from './uploads.ts';
import { useUploads } from './uploads-of.ts';

/** Puts chosen files before the message that is being written; says when some have no room. */
export function useAttach(place: UploadPlace): (chosen: readonly Chosen[]) => void {
  const text = useText();
  const notice = useNotice();
  const uploads = useUploads();
  return (chosen) => {
    if (chosen.length === 0) return;
    const left = uploads.attach(place, chosen);
    if (left === 0) return;
    const isFull = left === chosen.length && uploads.of(place).every(({ sealed }) => sealed);
    notice(
      isFull ? text('files.queueFull') : text('files.tooMany', { count: limits.maxAttachments }),
      'failure',
    );
  };
}
