import { Avatar } from '../design/avatar.tsx';
import styles from '../invites/invites.module.css';
import { useGroupText } from './group-texts.ts';
import { useLinkedGroup } from './use-linked-group.ts';

/** Above the forms of those who came by the link of a group: which one it is, or why the link is no longer good. */
export function JoinBanner({ link }: { link: string }) {
  const say = useGroupText();
  const linked = useLinkedGroup(link);
  if (linked.kind === 'asking') return <p className={styles.banner} aria-busy />;
  if (linked.kind === 'refused') {
    return (
      <p role="status" className={styles.banner}>
        {linked.why}
      </p>
    );
  }
  const { id, title } = linked.group;
  return (
    <p role="status" className={styles.banner}>
      <Avatar id={id} name={title} group />
      <span>{say('join.banner', { title })}</span>
    </p>
  );
}
