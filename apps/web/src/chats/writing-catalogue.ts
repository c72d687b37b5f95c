/** The texts of what is loaded where one writes, and not with those of everybody. */
export const en = {
  'mention.next': 'Jump to the next message that mentions you',
  'mention.people': 'People to mention',
  'mention.all': 'all',
  'mention.all.hint': 'Everybody in the group',
  formatting: 'Formatted messages',
  'formatting.hint': 'Bold, lists, quotes and code show as what they stand for. Off: as they were typed.',
  previews: 'Previews of links',
  'previews.hint': 'Title and picture of the first page that a message links to. Off: the link alone.',
  'preview.of': 'Preview of the page:',
  tone: 'Skin tone',
  'tone.0': 'No skin tone',
  'tone.1': 'Light',
  'tone.2': 'Medium-light',
  'tone.3': 'Medium',
  'tone.4': 'Medium-dark',
  'tone.5': 'Dark',
} as const;

export type WritingTextKey = keyof typeof en;

export const zh: Readonly<Record<WritingTextKey, string>> = {
  'mention.next': '跳到下一条提到您的消息',
  'mention.people': '可提及的人',
  'mention.all': '所有人',
  'mention.all.hint': '群里的每一个人',
  formatting: '消息格式',
  'formatting.hint': '粗体、列表、引用和代码按格式显示。关闭后按原文显示。',
  previews: '链接预览',
  'previews.hint': '显示消息中第一个链接所指网页的标题和图片。关闭后只显示链接。',
  'preview.of': '网页预览：',
  tone: '肤色',
  'tone.0': '默认肤色',
  'tone.1': '浅肤色',
  'tone.2': '中浅肤色',
  'tone.3': '中等肤色',
  'tone.4': '中深肤色',
  'tone.5': '深肤色',
};
