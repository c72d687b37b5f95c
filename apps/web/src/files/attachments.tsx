import type { Attachment } from '@berth/client';
import { memo } from 'react';
import { useFormats } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import { Album } from './album.tsx';
import styles from './attachments.module.css';
import { FileCard } from './file-card.tsx';
import { type FilesMessage, isVisual, linkOf } from './files-of.ts';

const SoundPlayer = lazyPart(
  async () => (await import('./sound-player.tsx')).SoundPlayer,
  'within',
  <div className={styles.sound} />,
);

/** The files of a message: pictures and videos as an album, sound to be played, all else to be saved. */
export const Attachments = memo(
  function Attachments({
    attachments,
    message,
    reachable,
  }: {
    attachments: readonly Attachment[];
    message: FilesMessage;
    /** Whether Tab comes to them: as to the message that they are in. */
    reachable: boolean;
  }) {
    const visual = attachments.filter(isVisual);
    const tabIndex = reachable ? 0 : -1;
    return (
      <div className={styles.attachments}>
        {visual.length > 0 && <Album attachments={visual} message={message} tabIndex={tabIndex} />}
        {attachments
          .filter((attachment) => !isVisual(attachment))
          .map((attachment) =>
            attachment.kind === 'voice' || attachment.kind === 'audio' ? (
              <div key={attachment.file} className={styles.sound}>
                {attachment.kind === 'audio' && <SoundName attachment={attachment} />}
                <SoundPlayer
                  attachment={attachment}
                  request={linkOf(attachment, message)}
                  tabIndex={tabIndex}
                />
              </div>
            ) : (
              <FileCard
                key={attachment.file}
                attachment={attachment}
                request={linkOf(attachment, message)}
                tabIndex={tabIndex}
              />
            ),
          )}
      </div>
    );
  },
  (before, after) =>
    before.attachments === after.attachments &&
    before.reachable === after.reachable &&
    before.message.seq === after.message.seq &&
    before.message.conversation === after.message.conversation,
);

const SoundName = ({ attachment: { name, bytes } }: { attachment: Attachment }) => {
  const formats = useFormats();
  return (
    <p className={styles.soundName}>
      <bdi className={styles.soundTitle}>{name}</bdi>
      <span>{formats.bytes(bytes)}</span>
    </p>
  );
};

/** Where nothing is said beside pictures, the time stands on them. */
export const isBare = (attachments: readonly Attachment[] | undefined, words: string): boolean =>
  words === '' && attachments !== undefined && attachments.length > 0 && attachments.every(isVisual);
