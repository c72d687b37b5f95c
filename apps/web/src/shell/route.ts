import { useSyncExternalStore } from 'react';
import { isInvite } from '../state/pending-invite.ts';

export const settingsPages = ['profile', 'appearance', 'notifications', 'devices', 'blocked'] as const;
export type SettingsPage = (typeof settingsPages)[number];

export type AccountPage = 'login' | 'register' | 'reset';

/** Where in the client one is; the address bar's hash says the same. */
export type Route =
  | { section: 'chats'; conversation?: number }
  | { section: 'contacts'; person?: number; requests?: boolean; invites?: boolean; groups?: boolean }
  | { section: 'settings'; page?: SettingsPage }
  /** Where an invite's link leads. */
  | { section: 'invite'; invite: string }
  /** And that of a group. */
  | { section: 'join'; link: string }
  /** For operators, whoever is logged in. */
  | { section: 'fleet' }
  | { section: AccountPage };

export type Section = Exclude<Route['section'], AccountPage | 'invite' | 'join' | 'fleet'>;

export function parseRoute(hash: string): Route {
  const [section, detail] = hash.replace(/^#?\/?/, '').split('/');
  const id = detail !== undefined && /^[1-9]\d{0,9}$/.test(detail) ? Number(detail) : undefined;
  switch (section) {
    case 'fleet':
    case 'login':
    case 'register':
    case 'reset':
      return { section };
    case 'contacts':
      if (detail === 'requests') return { section, requests: true };
      if (detail === 'invites') return { section, invites: true };
      if (detail === 'groups') return { section, groups: true };
      return id === undefined ? { section } : { section, person: id };
    case 'invite':
      return detail !== undefined && isInvite(detail) ? { section, invite: detail } : { section: 'chats' };
    case 'join':
      return detail !== undefined && isInvite(detail) ? { section, link: detail } : { section: 'chats' };
    case 'settings': {
      const page = settingsPages.find((name) => name === detail);
      return page ? { section, page } : { section };
    }
    default:
      return id === undefined ? { section: 'chats' } : { section: 'chats', conversation: id };
  }
}

export function formatRoute(route: Route): string {
  const detail =
    route.section === 'chats'
      ? route.conversation
      : route.section === 'contacts'
        ? route.requests
          ? 'requests'
          : route.invites
            ? 'invites'
            : route.groups
              ? 'groups'
              : route.person
        : route.section === 'settings'
          ? route.page
          : route.section === 'invite'
            ? route.invite
            : route.section === 'join'
              ? route.link
              : undefined;
  return detail === undefined ? `#/${route.section}` : `#/${route.section}/${detail}`;
}

export function navigate(route: Route, options: { replace?: boolean } = {}): void {
  const hash = formatRoute(route);
  if (options.replace) {
    history.replaceState(null, '', hash);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else if (location.hash !== hash) {
    location.hash = hash;
  }
}

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}

/** Whether something of the room is open; on a phone that is all that is seen. */
export const isDeep = (route: Route): boolean =>
  (route.section === 'chats' && route.conversation !== undefined) ||
  (route.section === 'contacts' &&
    (route.person !== undefined ||
      route.requests === true ||
      route.invites === true ||
      route.groups === true)) ||
  (route.section === 'settings' && route.page !== undefined);
