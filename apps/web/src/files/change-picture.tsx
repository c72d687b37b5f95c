import { ImageOff, ImagePlus } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from '../design/button.tsx';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { lazyPart } from '../shell/part.tsx';
import { useCell } from '../state/use-observed.ts';
import styles from './change-picture.module.css';
import { useDesk } from './desk.ts';

const CropDialog = lazyPart(async () => (await import('./crop-dialog.tsx')).CropDialog, 'dialog');

/** Chooses a picture and what of it is shown, or takes it away; nothing where there are no files. */
export function ChangePicture({
  has,
  shape,
  onChange,
}: {
  /** Whether there is one now. */
  has: boolean;
  shape: 'round' | 'rect';
  /** Of a file of one's own; undefined: none any more. */
  onChange: (file: string | undefined) => Promise<unknown>;
}) {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const isOffered = useCell(useDesk().service.offer) !== undefined;
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<File>();
  if (!isOffered) return null;
  const remove = () =>
    onChange(undefined).catch((error: unknown) => notice(errorText(error, text, formats), 'failure'));
  return (
    <div className={styles.buttons}>
      <Button look="quiet" small onClick={() => input.current!.click()}>
        <ImagePlus size={16} aria-hidden />
        {text('files.picture.change')}
      </Button>
      {has && (
        <Button look="plain" small onClick={() => void remove()}>
          <ImageOff size={16} aria-hidden />
          {text('files.picture.remove')}
        </Button>
      )}
      <input
        ref={input}
        type="file"
        hidden
        accept="image/*"
        onChange={({ target }) => {
          setChosen(target.files?.[0]);
          target.value = '';
        }}
      />
      {chosen && (
        <CropDialog file={chosen} shape={shape} onSave={onChange} onClose={() => setChosen(undefined)} />
      )}
    </div>
  );
}
