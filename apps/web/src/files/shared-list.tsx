import type { Attachment, Message } from '@berth/client';
import { linkify } from '../chats/linkify.ts';
import { useFormats } from '../i18n/language.tsx';
import { useNow } from '../shell/use-now.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { Album } from './album.tsx';
import { FileCard } from './file-card.tsx';
import { isVisual, linkOf } from './files-of.ts';
import styles from './shared-items.module.css';
import { SoundPlayer } from './sound-player.tsx';
import type { SharedKind } from './use-shared-items.ts';

/** Which attachments of a message belong to a list. */
const belongs: Readonly<Record<SharedKind, (attachment: Attachment) => boolean>> = {
  media: isVisual,
  audio: ({ kind }) => kind === 'audio' || kind === 'voice',
  files: (attachment) => !isVisual(attachment) && attachment.kind !== 'audio' && attachment.kind !== 'voice',
  links: () => false,
};

/** The shared things of some messages, each with who shared it and when. */
export function SharedList({ messages, kind }: { messages: readonly Message[]; kind: SharedKind }) {
  if (kind === 'media') {
    return (
      <ul className={styles.grid}>
        {messages.flatMap((message) =>
          (message.attachments ?? []).filter(belongs.media).map((attachment) => (
            <li key={`${message.seq} ${attachment.file}`} className={styles.cell}>
              <Album attachments={[attachment]} message={message} tabIndex={0} isCell />
            </li>
          )),
        )}
      </ul>
    );
  }
  return (
    <ul className={styles.rows}>
      {messages.map((message) => (
        <li key={message.seq} className={styles.item}>
          <Origin message={message} />
          {kind === 'links'
            ? linkify(message.text)
                .filter(({ href }) => href !== undefined)
                .map(({ href, text }) => (
                  <a
                    key={href}
                    href={href}
                    className={styles.link}
                    target="_blank"
                    rel="noopener noreferrer nofollow"
                  >
                    <bdi>{text}</bdi>
                  </a>
                ))
            : (message.attachments ?? [])
                .filter(belongs[kind])
                .map((attachment) =>
                  kind === 'audio' ? (
                    <SoundPlayer
                      key={attachment.file}
                      attachment={attachment}
                      request={linkOf(attachment, message)}
                      tabIndex={0}
                    />
                  ) : (
                    <FileCard
                      key={attachment.file}
                      attachment={attachment}
                      request={linkOf(attachment, message)}
                      tabIndex={0}
                    />
                  ),
                )}
        </li>
      ))}
    </ul>
  );
}

function Origin({ message }: { message: Message }) {
  const formats = useFormats();
  const now = useNow(60_000);
  const { people, me, account, profile } = useWorkspace();
  const sender = useObserved(people, (all) => all.profile(message.sender));
  const own = profile.value?.nick || account.nick || account.name;
  const name = message.sender === me ? own : sender ? nameOf(sender) : `${message.sender}`;
  return (
    <p className={styles.origin}>
      <bdi>{name}</bdi>
      <time title={formats.full(message.sentAt)}>{formats.brief(message.sentAt, now)}</time>
    </p>
  );
}
