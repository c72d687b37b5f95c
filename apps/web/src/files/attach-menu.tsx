import { Camera, FileIcon, ImageIcon, Paperclip } from 'lucide-react';
import { useRef } from 'react';
import { IconButton } from '../design/button.tsx';
import { ActionMenu } from '../design/menu.tsx';
import { useText } from '../i18n/language.tsx';
import type { UploadPlace } from './upload.ts';
import { useAttach } from './use-attach.ts';

/** Chooses what is to be sent: pictures and videos, files as they are, or what a phone's camera takes. */
export function AttachMenu({ place }: { place: UploadPlace }) {
  const text = useText();
  const attach = useAttach(place);
  const media = useRef<HTMLInputElement>(null);
  const anything = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const choose = (input: HTMLInputElement, original: boolean) => {
    attach([...(input.files ?? [])].map((file) => ({ file, original })));
    input.value = '';
  };
  const hasCamera = matchMedia('(pointer: coarse)').matches;
  return (
    <>
      <ActionMenu
        trigger={
          <IconButton label={text('files.attach')}>
            <Paperclip size={21} aria-hidden />
          </IconButton>
        }
        actions={[
          { label: text('files.attach.media'), icon: ImageIcon, run: () => media.current!.click() },
          { label: text('files.attach.file'), icon: FileIcon, run: () => anything.current!.click() },
          ...(hasCamera
            ? [{ label: text('files.attach.camera'), icon: Camera, run: () => camera.current!.click() }]
            : []),
        ]}
      />
      <input
        ref={media}
        type="file"
        hidden
        multiple
        accept="image/*,video/*"
        onChange={({ target }) => choose(target, false)}
      />
      <input ref={anything} type="file" hidden multiple onChange={({ target }) => choose(target, true)} />
      <input
        ref={camera}
        type="file"
        hidden
        accept="image/*"
        capture="environment"
        onChange={({ target }) => choose(target, false)}
      />
    </>
  );
}
