import type { Catalogue } from './catalogue.ts';
import type { enGroups } from './en-groups.ts';

export const zhGroups: Pick<Catalogue, keyof typeof enGroups> = {
  'error.admins_only': '本群仅管理员可发言。',
  'error.slow_mode': '慢速模式已开启，请稍后再发。',
  'entry.topic': '{name}将群主题设为“{topic}”',
  'entry.announcements.on': '{name}设置了仅管理员可发言',
  'entry.announcements.off': '{name}允许所有人发言',
  'entry.slow.on': '{name}开启了慢速模式',
  'entry.slow.off': '{name}关闭了慢速模式',
  'entry.settings': '{name}更改了群设置',
  'talk.readers': '已读成员',
  'talk.thread': '在话题中回复',
  'talk.thread.title': '话题',
  'talk.thread.replies': '回复',
  'talk.replies': { other: '{count} 条回复' },
  'talk.replies.new': '有新回复',
  'talk.slow': '慢速模式：{time} 后可再次发言。',
  'contacts.groups': '公开群',
  'settings.addedBy.everybody': '所有人',
};
