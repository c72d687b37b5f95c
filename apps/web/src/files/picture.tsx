import type { LinkRequest } from '@berth/wire/files';
import { useRef, useState } from 'react';
import { classNames } from '../design/class-names.ts';
import { useDesk } from './desk.ts';
import styles from './picture.module.css';
import { useFileLink } from './use-file-link.ts';

/** An address that does not load is renewed so often; then the blurred picture stays. */
const maxTries = 3;

/** A picture that fills its place, blurred until it is loaded. Its words are those of whatever it is in. */
export function Picture({
  request,
  variant,
  blur,
  isBare = false,
}: {
  request: LinkRequest;
  variant: 'small' | 'large' | 'original';
  /** Address of what is shown before. */
  blur?: string | undefined;
  /** Shows what is behind it until it is loaded. */
  isBare?: boolean;
}) {
  const { links } = useDesk();
  const urls = useFileLink(request)?.urls;
  const tries = useRef(0);
  /** Once it is loaded a newer address of the same picture is no reason to load it again. */
  const [loaded, setLoaded] = useState<string>();
  const told = variant === 'original' ? urls?.original : (urls?.[variant] ?? urls?.original);
  const src = loaded ?? told;
  return (
    <span
      className={classNames(styles.picture, isBare && styles.clear)}
      style={blur ? { backgroundImage: `url("${blur}")` } : undefined}
    >
      {src && (
        <img
          className={classNames(styles.image, loaded !== undefined && styles.loaded)}
          src={src}
          alt=""
          draggable={false}
          decoding="async"
          onLoad={() => setLoaded(src)}
          onError={() => {
            if (++tries.current >= maxTries) return;
            setLoaded(undefined);
            links.fetch(request, { anew: true }).catch(() => {});
          }}
        />
      )}
    </span>
  );
}
