import { useEffect, useState } from 'react';
import Cropper, { type Area } from 'react-easy-crop';
import 'react-easy-crop/react-easy-crop.css';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import popup from '../design/popup.module.css';
import { useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import styles from './crop-dialog.module.css';
import { useDesk } from './desk.ts';
import { uploadPicture } from './upload-picture.ts';

const maxZoom = 4;
/** Pixels of each side of what is kept. */
const sidePx = 640;

/** What of a picture is shown: moved by pointer or arrow keys, zoomed by wheel, fingers or the slider. */
export function CropDialog({
  file,
  shape,
  onSave,
  onClose,
}: {
  file: File;
  shape: 'round' | 'rect';
  onSave: (file: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const text = useText();
  const { service } = useDesk();
  const [url, setUrl] = useState<string>();
  const [crop, setCrop] = useState({ x: 0, y: 0 });
  const [zoom, setZoom] = useState(1);
  const [area, setArea] = useState<Area>();
  const [percent, setPercent] = useState<number>();
  const [isUnreadable, setUnreadable] = useState(false);
  const { busy, failure, run } = useTask();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  const save = () =>
    run(async () => {
      setPercent(0);
      const picture = await cut(url!, area!);
      await onSave(await uploadPicture(picture, service, (part) => setPercent(Math.floor(part * 100))));
      onClose();
    });
  return (
    <Panel open onClose={onClose} title={text('files.picture.title')}>
      {isUnreadable ? (
        <p role="alert" className={styles.failure}>
          {text('files.picture.unreadable')}
        </p>
      ) : (
        <>
          <div className={styles.stage}>
            {url && (
              <Cropper
                image={url}
                crop={crop}
                zoom={zoom}
                maxZoom={maxZoom}
                aspect={1}
                cropShape={shape}
                showGrid={false}
                keyboardStep={8}
                disableAutomaticStylesInjection
                onCropChange={setCrop}
                onZoomChange={setZoom}
                onCropAreaChange={(_, pixels) => setArea(pixels)}
                mediaProps={{ alt: '', onError: () => setUnreadable(true) }}
                cropperProps={{ role: 'application', 'aria-label': text('files.picture.area') }}
              />
            )}
          </div>
          <label className={styles.zoom}>
            {text('files.picture.zoom')}
            <input
              type="range"
              min={1}
              max={maxZoom}
              step={0.05}
              value={zoom}
              onChange={({ target }) => setZoom(Number(target.value))}
            />
          </label>
          <p className={popup.text}>{text('files.picture.hint')}</p>
        </>
      )}
      {failure && (
        <p role="alert" className={styles.failure}>
          {failure}
        </p>
      )}
      <div className={popup.buttons}>
        <Button look="quiet" onClick={onClose}>
          {text('action.cancel')}
        </Button>
        <Button disabled={busy || !area || isUnreadable} onClick={() => void save()}>
          {busy ? text('files.picture.saving', { percent: percent ?? 0 }) : text('action.save')}
        </Button>
      </div>
    </Panel>
  );
}

/** The part as a picture of its own: nothing else of the file leaves this device. */
async function cut(url: string, { x, y, width, height }: Area): Promise<Blob> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const side = Math.min(sidePx, Math.max(1, Math.round(width)));
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, x, y, width, height, 0, 0, side, side);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp', 0.9));
  if (!blob) throw new Error('the picture cannot be cut');
  return blob;
}
