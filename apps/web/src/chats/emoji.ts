import english from 'emojibase-data/en/compact.json' with { type: 'json' };
import called from 'emojibase-data/en/shortcodes/github.json' with { type: 'json' };
import chinese from 'emojibase-data/zh/compact.json' with { type: 'json' };
import type { Language } from '../state/settings.ts';

/** An emoji, and what it is found by. */
export interface Emoji {
  emoji: string;
  /** English and Chinese. */
  words: string;
  /** What it is called between colons, as elsewhere; the first is shown. */
  names: readonly string[];
  /** The same with each of the five skin tones, from light to dark; none where it has no skin. */
  tones: readonly string[];
}

/** Those that are used most, by what they are about, each with English and Chinese words to find it by. */
const usual: readonly { emoji: string; words: string }[] = `
😀 grin happy 笑 开心
😄 smile happy 笑 高兴
😁 beam teeth 嘻嘻 露齿
😆 laugh 大笑 哈哈
😅 sweat relief 汗 尴尬
🤣 rofl laugh 笑翻
😂 joy tears laugh 笑哭
🙂 slight smile 微笑
🙃 upside down 倒脸
😉 wink 眨眼
😊 blush smile 害羞 微笑
😇 angel halo 天使
🥰 love hearts 爱 喜欢
😍 heart eyes love 爱心眼 花痴
😘 kiss 亲亲 飞吻
😋 yum tasty 好吃
😜 tongue wink 调皮 吐舌
🤪 zany crazy 疯 搞怪
🤗 hug 抱抱
🤔 think hmm 思考 想
🤫 quiet hush 嘘 安静
🤐 zip mouth secret 闭嘴 保密
😐 neutral 面无表情
🙄 eye roll 白眼
😏 smirk 得意 坏笑
😬 grimace awkward 龇牙 尴尬
😌 relieved calm 安心 舒服
😴 sleep tired 睡觉 困
🤒 sick ill 生病 发烧
🤯 mind blown 震惊 爆炸头
🥳 party celebrate 庆祝 派对
😎 cool sunglasses 酷 墨镜
🤓 nerd 书呆子
😕 confused 困惑
😟 worried 担心
😮 wow open mouth 惊讶 哇
😳 flushed 脸红
🥺 please plead 拜托 可怜
😢 cry sad 哭 难过
😭 sob cry 大哭
😱 scream fear 尖叫 害怕
😤 huff triumph 哼 生气
😡 angry mad 生气 愤怒
🤬 swear 骂人
💀 skull dead 骷髅 笑死
💩 poop 便便
👻 ghost 鬼
🤖 robot 机器人
👍 thumbs up yes good 赞 好 同意
👎 thumbs down no bad 踩 不好
👌 ok fine 好的 没问题
✌️ victory peace 胜利 耶
🤞 fingers crossed luck 祈祷 好运
🤝 handshake deal 握手 成交
👏 clap bravo 鼓掌
🙌 raised hands hooray 万岁 举手
🙏 thanks please pray 谢谢 拜托 祈祷
💪 strong muscle 加油 强壮
👋 wave hello bye 你好 再见
🫡 salute 敬礼
✍️ write 写
👀 eyes look 看 眼睛
🧠 brain smart 大脑 聪明
❤️ heart love red 爱心 红心
🧡 heart orange 橙心
💛 heart yellow 黄心
💚 heart green 绿心
💙 heart blue 蓝心
💜 heart purple 紫心
🖤 heart black 黑心
💔 broken heart 心碎
💯 hundred perfect 满分 一百
✨ sparkles 闪亮 星星
⭐ star 星
🔥 fire hot 火
💥 boom bang 爆炸
🎉 party tada congrats 庆祝 恭喜
🎂 cake birthday 蛋糕 生日
🎁 gift present 礼物
🏆 trophy win 奖杯 冠军
⚽ football soccer 足球
🏀 basketball 篮球
🎮 game 游戏
🎵 music note 音乐
🎬 film movie 电影
📷 camera photo 相机 照片
💻 laptop computer 电脑
📱 phone mobile 手机
📧 mail email 邮件
📅 calendar date 日历 日期
📌 pin 图钉
📎 paperclip attach 回形针
🔒 lock safe 锁 安全
🔑 key 钥匙
💡 idea light bulb 主意 灯泡
🔔 bell 铃
⏰ alarm clock time 闹钟 时间
⏳ hourglass wait 沙漏 等待
✅ check done yes 完成 对
❌ cross no wrong 错 不
❓ question 问题 疑问
❗ exclamation 感叹
⚠️ warning 警告
🚀 rocket launch 火箭 发射
⚓ anchor harbour 锚 港口
🚢 ship boat 船 轮船
⛵ sail boat 帆船
✈️ plane travel 飞机 旅行
🚗 car 汽车
🚲 bike bicycle 自行车
🏠 home house 家
🏢 office building 办公室 大楼
🌊 wave sea 海浪 海
🌍 earth world 地球 世界
🌞 sun sunny 太阳 晴
🌙 moon night 月亮 晚安
🌈 rainbow 彩虹
☔ rain umbrella 下雨 伞
❄️ snow cold 雪 冷
🌸 flower blossom 花 樱花
🌹 rose 玫瑰
🌲 tree 树
🍀 clover luck 四叶草 好运
🐶 dog 狗
🐱 cat 猫
🐼 panda 熊猫
🐟 fish 鱼
🐳 whale 鲸
🦆 duck 鸭
🐛 bug 虫 缺陷
🍎 apple 苹果
🍉 watermelon 西瓜
🍜 noodles 面条
🍚 rice 米饭
🥟 dumpling 饺子
🍕 pizza 披萨
🍔 burger 汉堡
🍰 cake 蛋糕
☕ coffee 咖啡
🍵 tea 茶
🍺 beer 啤酒
🍷 wine 红酒
🥂 cheers toast 干杯
🧧 red envelope 红包
🏮 lantern 灯笼
🐉 dragon 龙
`
  .trim()
  .split('\n')
  .map((line) => {
    const [emoji, ...words] = line.trim().split(' ');
    return { emoji: emoji!, words: words.join(' ') };
  });

const isOne = (text: string): boolean => /^\p{RGI_Emoji}$/v.test(text);
const skinTones = ['🏻', '🏼', '🏽', '🏾', '🏿'];

/** As Unicode recommends it for interchange; some data has a selector too many. */
const interchanged = (emoji: string): string | undefined =>
  [emoji, emoji.replaceAll('\ufe0f', '')].find(isOne);

/** The variants with one skin tone, for all whom they show. */
const tonesOf = (skins: readonly { unicode: string }[]): string[] =>
  skinTones.flatMap((tone) => {
    const others = skinTones.filter((other) => other !== tone);
    const found = skins.find(
      ({ unicode }) => unicode.includes(tone) && !others.some((other) => unicode.includes(other)),
    );
    return found && isOne(found.unicode) ? [found.unicode] : [];
  });

const nameOf = (label: string): string =>
  label
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

const githubNames: Readonly<Record<string, string | readonly string[] | undefined>> = called;

/** With or without the selector of emoji it is the same one. */
const bare = (emoji: string): string => emoji.replaceAll('\ufe0f', '');

const labelsOf = (all: typeof english): Map<string, string> =>
  new Map(
    all.flatMap((one) => [one, ...(one.skins ?? [])]).map(({ unicode, label }) => [bare(unicode), label]),
  );

const labels: Partial<Record<Language, Map<string, string>>> = {};

/** What people call an emoji, its skin tone as well; itself when nobody knows. */
export function emojiLabel(emoji: string, language: Language): string {
  labels[language] ??= labelsOf(language === 'zh' ? chinese : english);
  return labels[language].get(bare(emoji)) ?? emoji;
}

function allEmojis(): Emoji[] {
  const chineseOf = new Map(chinese.map((one) => [one.hexcode, one]));
  const usualOf = new Map(usual.map(({ emoji, words }) => [emoji, words]));
  const found = new Map<string, Emoji>();
  for (const { hexcode, unicode, label, tags = [], skins = [], group } of english) {
    const emoji = interchanged(unicode);
    // Parts of others, and what no system shows.
    if (emoji === undefined || group === undefined) continue;
    const translated = chineseOf.get(hexcode);
    const words = [
      ...[usualOf.get(emoji) ?? '', label, ...tags],
      ...[translated?.label ?? '', ...(translated?.tags ?? [])],
    ];
    const tones = tonesOf(skins);
    found.set(emoji, {
      emoji,
      words: words.join(' '),
      names: [githubNames[hexcode] ?? nameOf(label)].flat(),
      tones: tones.length === skinTones.length ? tones : [],
    });
  }
  const first = usual.flatMap(({ emoji }) => found.get(emoji) ?? []);
  const named = new Set(first);
  return [...first, ...[...found.values()].filter((one) => !named.has(one))];
}

/** All of them, the usual ones first. */
export const emojis: readonly Emoji[] = allEmojis();
