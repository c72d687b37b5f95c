import type { Attachment } from '@berth/client';
import type { LinkRequest } from '@berth/wire/files';
import { Download, FileArchive, FileIcon, FileImage, FileText, type LucideIcon } from 'lucide-react';
import { useFormats, useText } from '../i18n/language.tsx';
import styles from './file-card.module.css';
import { useSaveFile } from './save-file.ts';

const icons: readonly [RegExp, LucideIcon][] = [
  [/^image\//, FileImage],
  [/zip|tar|compress|rar|7z/, FileArchive],
  [/^text\/|pdf|document|word|sheet/, FileText],
];

/** A file to be saved: what it is called and how large it is. */
export function FileCard({
  attachment: { name, bytes, type },
  request,
  tabIndex,
}: {
  attachment: Attachment;
  request: LinkRequest;
  tabIndex: number;
}) {
  const text = useText();
  const formats = useFormats();
  const save = useSaveFile();
  const Icon = icons.find(([types]) => types.test(type))?.[1] ?? FileIcon;
  return (
    <button
      type="button"
      className={styles.card}
      tabIndex={tabIndex}
      aria-label={text('files.save.of', { name })}
      onClick={() => void save(request, name)}
    >
      <span className={styles.icon}>
        <Icon size={22} aria-hidden />
      </span>
      <span className={styles.lines}>
        <bdi className={styles.name}>{name}</bdi>
        <span className={styles.size}>{formats.bytes(bytes)}</span>
      </span>
      <Download size={18} aria-hidden className={styles.save} />
    </button>
  );
}
