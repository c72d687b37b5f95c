import { useFormats, useText } from '../i18n/language.tsx';

/** That a message was edited, and when. */
export function EditedMark({ at }: { at: number }) {
  const text = useText();
  const formats = useFormats();
  return <span title={text('change.edited.at', { time: formats.full(at) })}>{text('change.edited')}</span>;
}
