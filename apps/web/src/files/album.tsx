import type { Attachment } from '@berth/client';
import { Play } from 'lucide-react';
import { useMemo } from 'react';
import { classNames } from '../design/class-names.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { loadPart } from '../shell/load-part.ts';
import { useNotice } from '../shell/notices.tsx';
import styles from './album.module.css';
import { layOutAlbum } from './album-layout.ts';
import { useDesk } from './desk.ts';
import { type FilesMessage, linkOf, ratioOf } from './files-of.ts';
import { Picture } from './picture.tsx';
import { blurOf } from './thumbhash.ts';

/** Pixels that an album is wide and high at most; smaller pictures alone are not enlarged beyond their size. */
const maxWidthPx = 420;
const maxHeightPx = 440;
const minWidthPx = 140;

/** Pictures and videos in rows, their place kept before they are loaded; each opens all of them in full size. */
export function Album({
  attachments,
  message,
  tabIndex,
  isCell = false,
}: {
  attachments: readonly Attachment[];
  message: FilesMessage;
  tabIndex: number;
  /** Fills the square that it is in, whatever the shape of its picture. */
  isCell?: boolean;
}) {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const { links } = useDesk();
  const { ratio, tiles } = useMemo(() => layOutAlbum(attachments.map(ratioOf)), [attachments]);
  const own = attachments.length === 1 ? (attachments[0]!.width ?? maxWidthPx) : maxWidthPx;
  const width = Math.max(minWidthPx, Math.min(maxWidthPx, own, maxHeightPx * ratio));
  const count = attachments.length;
  const open = async (index: number, from: HTMLElement) => {
    try {
      const { openLightbox } = await loadPart(() => import('./lightbox.ts'));
      openLightbox({
        links,
        text,
        index,
        from,
        slides: attachments.map((attachment) => ({ attachment, request: linkOf(attachment, message) })),
      });
    } catch {
      notice(text('part.failed'), 'failure');
    }
  };
  return (
    <div
      className={classNames(styles.album, isCell && styles.cell)}
      style={isCell ? undefined : { width: `${width}px`, aspectRatio: `${ratio}` }}
    >
      {attachments.map((attachment, index) => {
        const tile = tiles[index]!;
        const { kind, file, thumbhash, durationMs } = attachment;
        const place = { index: index + 1, count };
        return (
          <button
            key={file}
            type="button"
            className={styles.tile}
            tabIndex={tabIndex}
            style={{
              left: `${tile.left * 100}%`,
              top: `${tile.top * 100}%`,
              width: `${tile.width * 100}%`,
              height: `${tile.height * 100}%`,
            }}
            aria-label={
              kind === 'video'
                ? text('files.open.video', { ...place, time: formats.countdown(durationMs ?? 0) })
                : text('files.open.photo', place)
            }
            onClick={(event) => void open(index, event.currentTarget)}
          >
            {kind === 'video' ? (
              <span
                className={styles.video}
                style={thumbhash ? { backgroundImage: `url("${blurOf(thumbhash)}")` } : undefined}
              >
                <span className={styles.play}>
                  <Play size={24} aria-hidden />
                </span>
                {durationMs !== undefined && (
                  <span className={styles.duration}>{formats.countdown(durationMs)}</span>
                )}
              </span>
            ) : (
              <Picture
                request={linkOf(attachment, message)}
                variant={
                  tile.width * width > 320 * 0.6 || tile.height * (width / ratio) > 320 * 0.6
                    ? 'large'
                    : 'small'
                }
                blur={thumbhash && blurOf(thumbhash)}
              />
            )}
          </button>
        );
      })}
    </div>
  );
}
