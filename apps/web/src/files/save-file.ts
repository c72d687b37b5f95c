import type { LinkRequest } from '@berth/wire/files';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useDesk } from './desk.ts';
import { saveFrom } from './save-from.ts';

/** Saves a file on this device by an address that is good now. */
export function useSaveFile(): (request: LinkRequest, name: string) => Promise<void> {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const { links } = useDesk();
  return async (request, name) => {
    try {
      const { urls } = await links.fetch(request);
      saveFrom(urls!.download, name);
    } catch (error) {
      notice(errorText(error, text, formats), 'failure');
    }
  };
}
