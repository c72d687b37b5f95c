import { MessageCircle, Settings, Users } from 'lucide-react';
import { Avatar } from '../design/avatar.tsx';
import { classNames } from '../design/class-names.ts';
import hidden from '../design/unseen.module.css';
import { useText } from '../i18n/language.tsx';
import { useCell, useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { formatRoute, isDeep, type Route, type Section } from './route.ts';
import styles from './side-bar.module.css';

const icons = { chats: MessageCircle, contacts: Users, settings: Settings } as const;
const sections = ['chats', 'contacts', 'settings'] as const satisfies readonly Section[];

/** Switches between the rooms; on a phone a bar at the bottom, out of the way of an open conversation. */
export function SideBar({ route }: { route: Route }) {
  const text = useText();
  const workspace = useWorkspace();
  const unread = useObserved(workspace.conversations, ({ unread }) => unread);
  const waiting = useObserved(workspace.people, ({ waiting }) => waiting);
  const profile = useCell(workspace.profile);
  const name = profile?.nick || workspace.account.nick || workspace.account.name;
  const counts = { chats: unread, contacts: waiting, settings: 0 };
  return (
    <nav aria-label={text('nav.label')} className={classNames(styles.bar, isDeep(route) && styles.deep)}>
      <span className={styles.me}>
        <Avatar id={workspace.me} name={name} size="small" />
      </span>
      {sections.map((section) => {
        const Icon = icons[section];
        const count = counts[section];
        const current = route.section === section;
        return (
          <a
            key={section}
            href={formatRoute({ section })}
            className={classNames(styles.link, current && styles.current)}
            aria-current={current ? 'page' : undefined}
          >
            <span className={styles.icon}>
              <Icon size={22} strokeWidth={current ? 2.2 : 1.8} aria-hidden />
              {count > 0 && (
                <span className={styles.badge} aria-hidden>
                  {count > 99 ? '99+' : count}
                </span>
              )}
            </span>
            <span className={styles.label}>{text(`nav.${section}`)}</span>
            {count > 0 && (
              <span className={hidden.unseen}>
                {text(section === 'chats' ? 'nav.unread' : 'nav.waiting', { count })}
              </span>
            )}
          </a>
        );
      })}
    </nav>
  );
}
