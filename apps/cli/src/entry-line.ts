import type { Message } from '@berth/client';
import type { Context } from './context.ts';
import { plain } from './terminal.ts';

type Words = (name: string, others: string, entry: Message) => string;

const roles = {
  en: { owner: 'the owner', admin: 'an admin', member: 'a member' },
  zh: { owner: '群主', admin: '管理员', member: '普通成员' },
} as const;

const words: Record<'en' | 'zh', Partial<Record<NonNullable<Message['kind']>, Words>>> = {
  en: {
    joined: (name) => `${name} joined`,
    invited: (name, others) => `${name} added ${others}`,
    left: (name) => `${name} left`,
    removed: (name, others) => `${name} removed ${others}`,
    role: (name, others, { role }) => `${name} made ${others} ${roles.en[role ?? 'member']}`,
    muted: (name, others, { mutedUntil }) => `${name} ${mutedUntil === 0 ? 'unmuted' : 'muted'} ${others}`,
    title: (name, _, { title }) => `${name} named the group ${plain(title ?? '')}`,
    settings: (name, _, { settings = {} }) =>
      settings.topic
        ? `${name} set the topic to ${plain(settings.topic)}`
        : `${name} changed the settings of the group`,
  },
  zh: {
    joined: (name) => `${name}加入了群聊`,
    invited: (name, others) => `${name}邀请${others}加入了群聊`,
    left: (name) => `${name}退出了群聊`,
    removed: (name, others) => `${name}将${others}移出了群聊`,
    role: (name, others, { role }) => `${name}将${others}设为${roles.zh[role ?? 'member']}`,
    muted: (name, others, { mutedUntil }) =>
      mutedUntil === 0 ? `${name}解除了${others}的禁言` : `${name}将${others}禁言`,
    title: (name, _, { title }) => `${name}将群名改为${plain(title ?? '')}`,
    settings: (name, _, { settings = {} }) =>
      settings.topic ? `${name}将群主题设为${plain(settings.topic)}` : `${name}更改了群设置`,
  },
};

/** Names spelled out at most. */
const maxNames = 10;

/** What happened beside messages as a quiet line; undefined for what shows nothing. */
export async function entryLine(context: Context, entry: Message): Promise<string | undefined> {
  const { people, open, language } = context;
  const say = entry.kind && words[language][entry.kind];
  if (!say) return undefined;
  const you = language === 'zh' ? '你' : undefined;
  const named = async (user: number) => plain((await people.nick(user)).replace(/^you$/, you ?? 'you'));
  const users = entry.users ?? [];
  const names = await Promise.all(users.slice(0, maxNames).map(named));
  const more = users.length > maxNames ? ` … (${users.length})` : '';
  const where = entry.conversation === open ? '' : `(${plain(people.title(entry.conversation))}) `;
  return `* ${where}${say(await named(entry.sender), names.join(language === 'zh' ? '、' : ', ') + more, entry)}`;
}
