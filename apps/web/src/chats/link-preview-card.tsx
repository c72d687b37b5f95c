import type { LinkPreview } from '@berth/wire/files';
import { useEffect, useState } from 'react';
import hidden from '../design/unseen.module.css';
import { useDesk } from '../files/desk.ts';
import styles from './link-preview.module.css';
import { previewsOf } from './link-previews.ts';
import { PreviewSpace } from './preview-space.tsx';
import { useWritingText } from './writing-texts.ts';

/** What a page says of itself, as the platform has read it: this device asks nobody else for any of it. */
export function LinkPreviewCard({ url, reachable }: { url: string; reachable: boolean }) {
  const previews = previewsOf(useDesk().service);
  const say = useWritingText();
  /** Null: nothing. */
  const [preview, setPreview] = useState<LinkPreview | null | undefined>(previews.known(url));
  useEffect(() => {
    let wanted = true;
    setPreview(previews.known(url));
    previews.find(url).then((found) => wanted && setPreview(found));
    return () => {
      wanted = false;
    };
  }, [previews, url]);
  if (preview === null) return null;
  if (preview === undefined) return <PreviewSpace />;
  const { title, description, site, picture } = preview;
  return (
    <div className={styles.place} data-preview>
      <a
        className={styles.card}
        href={url}
        target="_blank"
        rel="noopener noreferrer nofollow"
        tabIndex={reachable ? 0 : -1}
      >
        <span className={styles.words}>
          <span className={hidden.unseen}>{say('preview.of')} </span>
          <bdi className={styles.site}>{site ?? hostOf(preview.url)}</bdi>
          <bdi className={styles.title}>{title}</bdi>
          {description !== undefined && <bdi className={styles.description}>{description}</bdi>}
        </span>
        {picture && (
          <img
            className={styles.picture}
            src={`data:image/webp;base64,${picture.content}`}
            alt=""
            draggable={false}
          />
        )}
      </a>
    </div>
  );
}

const hostOf = (url: string): string => URL.parse(url)?.host ?? url;
