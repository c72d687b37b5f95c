import { Avatar } from '../design/avatar.tsx';
import { useText } from '../i18n/language.tsx';
import styles from './invites.module.css';
import type { Inviter } from './use-inviter.ts';

/** Above the forms of those who came by an invite: from whom it is, or why it is no longer good. */
export function InviterBanner({ inviter }: { inviter: Inviter }) {
  const text = useText();
  if (inviter.kind === 'asking') return <p className={styles.banner} aria-busy />;
  if (inviter.kind === 'refused') {
    return (
      <p role="status" className={styles.banner}>
        {inviter.why} {text('invite.without')}
      </p>
    );
  }
  const name = inviter.user.nick || inviter.user.name;
  return (
    <p role="status" className={styles.banner}>
      <Avatar id={inviter.user.id} name={name} />
      <span>{text('invite.banner', { name })}</span>
    </p>
  );
}
