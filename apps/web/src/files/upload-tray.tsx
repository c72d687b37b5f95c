import { RotateCw, X } from 'lucide-react';
import { IconButton } from '../design/button.tsx';
import hidden from '../design/unseen.module.css';
import { useText } from '../i18n/language.tsx';
import { useObserved } from '../state/use-observed.ts';
import { type Parcel, percentOf, type UploadPlace } from './upload.ts';
import { UploadRow } from './upload-row.tsx';
import styles from './upload-tray.module.css';
import { useUploads } from './uploads-of.ts';

/** Progress is said in steps of so many percent. */
const saidStep = 25;

/** What waits to be sent, above where one writes. */
export function UploadTray({ place, name }: { place: UploadPlace; name: string }) {
  const text = useText();
  const uploads = useUploads();
  const parcels = useObserved(uploads, (all) => all.of(place));
  return (
    <>
      {parcels.length > 0 && (
        <section className={styles.tray} aria-label={text('files.queue')}>
          {parcels.map((parcel) => (
            <ParcelRows key={parcel.id} parcel={parcel} name={name} />
          ))}
        </section>
      )}
      <p className={hidden.unseen} aria-live="polite">
        <Spoken parcels={parcels} />
      </p>
    </>
  );
}

function ParcelRows({ parcel, name }: { parcel: Parcel; name: string }) {
  const text = useText();
  const uploads = useUploads();
  const { id, sealed, refused } = parcel;
  return (
    <div className={styles.parcel}>
      {sealed && (
        <div className={styles.head}>
          <span className={styles.sealed}>
            {refused
              ? text('files.error.unsent', { reason: text(`error.${refused}`) })
              : parcel.uploads.length > 0
                ? text('files.queue.sealed', { name })
                : text('files.queue.text', { text: sealed.text.slice(0, 200).toWellFormed() })}
          </span>
          {refused && (
            <IconButton label={text('action.retry')} onClick={() => uploads.retryParcel(id)}>
              <RotateCw size={16} aria-hidden />
            </IconButton>
          )}
          <IconButton label={text('files.queue.cancelAll')} onClick={() => uploads.removeParcel(id)}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      )}
      {parcel.uploads.length > 0 && (
        <ul>
          {parcel.uploads.map((upload) => (
            <UploadRow key={upload.id} upload={upload} />
          ))}
        </ul>
      )}
      {sealed && sealed.text !== '' && parcel.uploads.length > 0 && (
        <p className={styles.caption} dir="auto">
          {sealed.text.slice(0, 200).toWellFormed()}
        </p>
      )}
    </div>
  );
}

function Spoken({ parcels }: { parcels: readonly Parcel[] }) {
  const text = useText();
  const all = parcels.flatMap(({ uploads }) => uploads);
  if (all.length === 0) return null;
  if (all.some(({ state }) => state === 'failed' || state === 'missing'))
    return text('files.progress.failed');
  if (all.every(({ state }) => state === 'ready')) return text('files.progress.ready');
  const bytes = all.reduce((sum, upload) => sum + upload.bytes, 0);
  const sent = all.reduce((sum, upload) => sum + (upload.state === 'ready' ? upload.bytes : upload.sent), 0);
  return text('files.progress.said', {
    percent: Math.floor(percentOf({ sent, bytes }) / saidStep) * saidStep,
  });
}
