import type { Catalogue } from './catalogue.ts';
import type { enChanges } from './en-changes.ts';

export const zhChanges: Pick<Catalogue, keyof typeof enChanges> = {
  'chats.markUnread': '标为未读',
  'chats.markRead': '标为已读',
  'chats.markedUnread': '已标为未读',
  'chats.bookmarks': '收藏',
  'error.time_refused': '请选择从现在起一年之内的时间。',
  'change.edit': '编辑',
  'change.recall': '撤回',
  'change.hide': '仅为我删除',
  'change.hidden.done': '消息已为您删除',
  'change.react': '回应',
  'change.undo': '撤销',
  'change.editing': '编辑消息',
  'change.edit.cancel': '取消编辑',
  'change.edited': '已编辑',
  'change.edited.at': '编辑于 {time}',
  'change.recalled': '消息已撤回',
  'change.recalled.me': '您撤回了一条消息',
  'change.recalled.by': '{name}撤回了一条消息',
  'change.recalled.done': '已为所有人撤回消息',
  'change.versions': '编辑历史',
  'change.versions.none': '之前的内容没有保留。',
  'change.reactions': '回应列表',
  'change.reaction': '{emoji}，来自{names}',
  'change.reaction.more': '{names}等人',
};
