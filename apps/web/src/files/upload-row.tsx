import { FileIcon, Film, FolderSearch, Mic, Music, Pause, Play, RotateCw, X } from 'lucide-react';
import { useRef } from 'react';
import { IconButton } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useCell } from '../state/use-observed.ts';
import { useDesk } from './desk.ts';
import { percentOf, type Upload } from './upload.ts';
import { mayRetry, uploadText } from './upload-text.ts';
import styles from './upload-tray.module.css';
import { useUploads } from './uploads-of.ts';

const icons = { video: Film, audio: Music, voice: Mic, file: FileIcon, image: FileIcon } as const;

/** A file on its way: what it is, how far, and what can be done about it. */
export function UploadRow({ upload }: { upload: Upload }) {
  const text = useText();
  const formats = useFormats();
  const uploads = useUploads();
  const offer = useCell(useDesk().service.offer);
  const again = useRef<HTMLInputElement>(null);
  const { id, name, state, kind } = upload;
  const preview = uploads.preview(id);
  const Icon = icons[kind];
  const isWrong = state === 'failed' || state === 'missing';
  const shown = kind === 'voice' ? text('files.voices', { count: 1 }) : name;
  return (
    <li className={styles.row}>
      <span className={styles.thumb} aria-hidden>
        {preview ? <img src={preview} alt="" className={styles.image} /> : <Icon size={20} />}
      </span>
      <div className={styles.lines}>
        <bdi className={styles.name}>{shown}</bdi>
        <span className={classNames(styles.state, isWrong && styles.wrong)}>
          {uploadText(upload, offer?.maxFileBytes ?? 0, text, formats)}
        </span>
        {!isWrong && state !== 'ready' && (
          <span
            role="progressbar"
            aria-label={shown}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={percentOf(upload)}
            className={styles.track}
          >
            <span className={styles.bar} style={{ width: `${percentOf(upload)}%` }} />
          </span>
        )}
      </div>
      {(state === 'uploading' || state === 'waiting') && (
        <IconButton label={text('files.pause', { name: shown })} onClick={() => uploads.pause(id)}>
          <Pause size={18} aria-hidden />
        </IconButton>
      )}
      {state === 'paused' && (
        <IconButton label={text('files.resume', { name: shown })} onClick={() => uploads.resume(id)}>
          <Play size={18} aria-hidden />
        </IconButton>
      )}
      {mayRetry(upload) && (
        <IconButton label={text('files.retry', { name: shown })} onClick={() => uploads.resume(id)}>
          <RotateCw size={18} aria-hidden />
        </IconButton>
      )}
      {state === 'missing' && (
        <>
          <IconButton label={text('files.choose', { name: shown })} onClick={() => again.current!.click()}>
            <FolderSearch size={18} aria-hidden />
          </IconButton>
          <input
            ref={again}
            type="file"
            hidden
            onChange={({ target }) => {
              if (target.files?.[0]) uploads.replace(id, target.files[0]);
              target.value = '';
            }}
          />
        </>
      )}
      <IconButton label={text('files.cancel', { name: shown })} onClick={() => uploads.remove(id)}>
        <X size={18} aria-hidden />
      </IconButton>
    </li>
  );
}
